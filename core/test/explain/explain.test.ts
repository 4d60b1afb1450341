import { describe, expect, it } from "vitest";
import { errorTable, HubError, type ErrorCode } from "../../src/error.ts";
import { explain, type Explanation } from "../../src/explain/explain.ts";
import { activeStates, isActive, restingStates, type State, type Submission } from "../../src/submission.ts";

const now = Date.parse("2026-02-15T12:00:00Z");
const number = "5265877635-20260215-010080615740-E4";

function submission(change: Partial<Submission> = {}): Submission {
  const state = change.state ?? "ready";
  return {
    tenant: "acme",
    id: "1",
    idempotencyKey: "order-1",
    state,
    createdAt: now - 7_200_000,
    updatedAt: now - 60_000,
    wakeAt: now + 60_000,
    source: { key: "s", sha256: "s", size: 1, mediaType: "application/xml" },
    document: { key: "d", sha256: "d", size: 1 },
    warnings: [],
    invoice: {
      sellerNip: "5265877635",
      kind: "VAT",
      number: "FV/1",
      issueDate: "2026-02-20",
      currency: "PLN",
      gross: "123.00",
    },
    urgent: false,
    attachment: false,
    looks: 0,
    failures: 0,
    spent: 0,
    timeline: [{ at: now - 3_600_000, state, message: "…" }],
    ...change,
  };
}

const states = [...activeStates, ...restingStates];
const codes = Object.keys(errorTable) as ErrorCode[];
const holes = /undefined|null|NaN|Invalid|\[object|[{}]|\s{2}|\.\.|^\s|\s$/;
const theirs = "Błąd weryfikacji; Pole P_15";
const polishOnly = /[ąćęłńóśźż]/i;

const withoutFailure: Record<State, string> = {
  received: "hub",
  ready: "hub",
  sending: "hub",
  sent: "ksef",
  accepted: "hub",
  reported: "nobody",
  held: "you",
  rejected: "you",
  dead: "you",
};

/** Who may act by the error table; whoever has stopped needs a person. */
function actorsOf(state: State, code: ErrorCode): string[] {
  if (!isActive(state) || errorTable[code].action !== "retry") return ["you"];
  return ["hub", "ksef"];
}

function expectWhole({ en, pl }: Explanation): void {
  for (const text of [en.summary, en.next, pl.summary, pl.next]) {
    expect(text).not.toBe("");
    expect(text).not.toMatch(holes);
  }
  expect(pl.next).not.toBe(en.next);
  // Of the English text only what KSeF said is Polish.
  expect(`${en.summary} ${en.next}`.replace(theirs, "")).not.toMatch(polishOnly);
}

describe.each(states)("%s", (state) => {
  it.each([{}, { ksef: { number } }])("is explained in both languages without a failure: %j", (change) => {
    const explanation = explain(submission({ state, ...change }), { now });
    expectWhole(explanation);
    expect(explanation.actor).toBe(withoutFailure[state]);
  });
});

describe.each(states.filter((state) => state !== "reported"))("%s", (state) => {
  it.each(codes)("is explained with %s, and who acts is whom the table means", (code) => {
    for (const session of [{}, { session: { reference: "20260215-SO-1" } }]) {
      const own = { code, message: "Something broke" };
      const silent = explain(submission({ state, problem: own, failures: 3, ...session }), { now });
      const upstream = { code: 450, description: "Błąd weryfikacji", details: ["Pole P_15"] };
      const quoted = explain(submission({ state, problem: { ...own, upstream }, ...session }), { now });
      for (const explanation of [silent, quoted]) {
        expectWhole(explanation);
        expect(explanation.en.summary).toContain(errorTable[code].title);
        expect(explanation.pl.summary).toContain(new HubError(code, "…").titlePl);
        expect(actorsOf(state, code)).toContain(explanation.actor);
      }
      expect(quoted.en.summary).toContain(`said: "${theirs}"`);
      expect(quoted.pl.summary).toContain(`odpowiedział: „${theirs}”`);
    }
  });
});

it("no longer speaks of a failure once all is done", () => {
  const problem = { code: "ksef.unavailable", message: "…" };
  const { en, actor } = explain(submission({ state: "reported", problem }), { now });
  expect(actor).toBe("nobody");
  expect(en.summary).not.toContain(errorTable["ksef.unavailable"].title);
});

describe("an explanation", () => {
  it("counts since when from the first attempt on, not from the latest", () => {
    const timeline: Submission["timeline"] = [
      { at: now - 9_000_000, state: "held", message: "…" },
      { at: now - 5_400_000, state: "received", message: "Replayed." },
      { at: now - 3_600_000, state: "ready", message: "…" },
      { at: now - 60_000, state: "sending", message: "…", times: 9, since: now - 3_000_000 },
    ];
    const { since, en, pl } = explain(submission({ state: "ready", timeline }), { now });
    expect(since).toBe(now - 5_400_000);
    // 10:30 UTC in winter.
    for (const { summary } of [en, pl]) expect(summary).toContain("2026-02-15 11:30");
  });

  it("says when the hub goes on, except for the end of a worker's lease", () => {
    const problem = { code: "ksef.unavailable", message: "503" };
    const waiting = explain(submission({ state: "ready", problem, wakeAt: now + 300_000 }), { now });
    expect(waiting).toMatchObject({ actor: "ksef", nextAt: now + 300_000 });
    expect(waiting.pl.next).toContain("2026-02-15 13:05");
    expect(explain(submission({ state: "sending" }), { now }).nextAt).toBeUndefined();
    expect(explain(submission({ state: "held", problem }), { now }).nextAt).toBeUndefined();
  });

  it("says so when the hub itself is late", () => {
    const late = explain(submission({ state: "sent", wakeAt: now - 600_000 }), { now });
    expect(late.en.next).toContain("should have gone on at 2026-02-15 12:50");
    expect(explain(submission({ state: "ready", wakeAt: now - 600_000 }), { now }).en.next).not.toContain(
      "should have",
    );
  });

  it("never advises to send again what has a KSeF number or may be in KSeF", () => {
    const ksef = { number };
    for (const code of codes)
      for (const state of ["accepted", "held", "rejected", "dead"] as const) {
        const { en, pl, actor } = explain(submission({ state, ksef, problem: { code, message: "…" } }), {
          now,
        });
        expect(en.summary).toContain(number);
        const told = [
          en.next.includes("Do not issue or send the invoice again"),
          pl.next.includes("Nie wystawiaj ani nie wysyłaj faktury ponownie"),
        ];
        expect(told).toEqual(actor === "you" ? [true, true] : [false, false]);
      }
    for (const code of codes.filter((one) => errorTable[one].action === "reject")) {
      const { en } = explain(submission({ state: "accepted", ksef, problem: { code, message: "…" } }), {
        now,
      });
      expect(en.next).toMatch(/^Ask the administrator/);
    }
    const problem = { code: "ksef.forbidden", message: "…" };
    const doubtful = explain(submission({ state: "held", problem, session: { reference: "S" } }), { now });
    expect(doubtful.en.next).toContain("Do not send it by other means");
  });

  it("advises a new document, not a replay, where KSeF holds another one under the number", () => {
    const problem = { code: "ksef.number-conflict", message: `KSeF holds ${number}.` };
    const { en, pl } = explain(submission({ state: "held", problem }), { now });
    expect(en.next).not.toContain("replay");
    expect(pl.next).not.toContain("ponów");
    for (const { summary } of [en, pl]) expect(summary).toContain(number);
  });

  it("tells how long an invoice can still be sent as an online one", () => {
    const today = { ...submission().invoice, issueDate: "2026-02-15" };
    const waiting = submission({ invoice: today });
    // 13:00 in Poland.
    expect(explain(waiting, { now }).en.summary).toContain("Time left: 11 hours.");
    expect(explain(waiting, { now }).pl.summary).toContain("Pozostały czas: 11 godzin.");
    const over = explain(waiting, { now: Date.parse("2026-02-15T23:00:00Z") });
    expect(over.pl.summary).toContain("Dzień jej wystawienia, 2026-02-15, minął");
    expect(explain({ ...waiting, state: "sent" }, { now }).en.summary).not.toContain("midnight");
    expect(explain(submission(), { now }).en.summary).not.toContain("midnight");
    const opened = {
      ...waiting,
      state: "sending",
      session: { batch: "1", reference: "20260215-SB-1" },
    } as const;
    expect(explain(opened, { now }).en.summary).not.toContain("midnight");
    const unopened = { ...opened, session: { batch: "1" } };
    expect(explain(unopened, { now }).en.summary).toContain("midnight");
  });

  it("tells of an offline invoice why it is one, and until when it has to be sent", () => {
    const offline = { mode: "offline24", issuedAt: now - 3_600_000 } as const;
    const issued = submission({ offline });
    expect(explain(issued, { now }).en.summary).toContain("issued offline on 2026-02-15 12:00 (offline24");
    const deadline = { state: "set", date: "2026-02-16", until: Date.parse("2026-02-16T23:00:00Z") } as const;
    const told = explain(issued, { now, deadline });
    expect(told.pl.summary).toContain("do końca dnia 2026-02-16. Pozostały czas: 1 dzień 11 godzin.");
    expect(explain(issued, { now: deadline.until, deadline }).en.summary).toContain("that time is over");
    const open = explain(issued, { now, deadline: { state: "open" } });
    expect(open.pl.summary).toContain("liczy się od jej końca");
    const done = explain(submission({ offline, state: "reported", ksef: { number } }), { now, deadline });
    expect(done.en.summary).toContain("issued offline");
    expect(done.en.summary).not.toContain("Time left");
  });

  it("takes a code it does not know for a defect", () => {
    const { en } = explain(submission({ state: "held", problem: { code: "old.code", message: "…" } }), {
      now,
    });
    expect(en.summary).toContain(errorTable["hub.internal"].title);
  });
});
