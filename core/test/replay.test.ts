import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { embedded } from "../src/adapters/embedded/index.ts";
import { createEngine, type Engine } from "../src/engine.ts";
import { replayAll, ReplayFilter, type ReplayOptions } from "../src/replay.ts";
import type { Submission } from "../src/submission.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";

const start = Date.parse("2026-02-10T08:00:00Z");
let clock: VirtualClock;
let engine: Engine;
let close: () => Promise<void>;

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), "replay-"));
  clock = new VirtualClock(start);
  const ports = await embedded({ folder, clock });
  engine = createEngine({ ports, log: () => undefined });
  close = async () => {
    await ports[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  };
});
afterEach(() => close());

/** Ids of 32 hexadecimal digits, as the hub makes them, in the order of `n`. */
const idOf = (n: number): string => n.toString(16).padStart(32, "0");

async function add(n: number, change: Partial<Submission> = {}, number = `FV/${n}`): Promise<void> {
  await engine.submissions.create({
    tenant: "acme",
    id: idOf(n),
    idempotencyKey: `order-${n}`,
    state: "held",
    createdAt: start - 7_200_000,
    updatedAt: start - 3_600_000 + n,
    wakeAt: start,
    source: { key: "s", sha256: "s", size: 1, mediaType: "application/xml" },
    document: { key: "d", sha256: "d", size: 1 },
    warnings: [],
    invoice: {
      sellerNip: "5265877635",
      kind: "VAT",
      number,
      issueDate: "2026-02-10",
      currency: "PLN",
      gross: "123.00",
    },
    urgent: false,
    attachment: false,
    problem: { code: "ksef.forbidden", message: "…" },
    looks: 0,
    failures: 0,
    spent: 0,
    timeline: [],
    ...change,
  });
}

const stateOf = async (n: number) =>
  (await engine.submissions.get({ tenant: "acme", id: idOf(n) }))?.value.state;

const at = (instant: string) => ({ updatedAt: Date.parse(instant), createdAt: Date.parse(instant) });

/** Numbers of the invoices that match, in the order they are replayed. */
async function matching(filter: object, options: ReplayOptions = {}): Promise<string[]> {
  const numbers: string[] = [];
  await replayAll(engine, "acme", ReplayFilter.parse(filter), {
    dryRun: true,
    ...options,
    onProgress: ({ invoice }) => numbers.push(invoice.number),
  });
  return numbers;
}

it("replays what is held or dead, and nothing else, of this company alone", async () => {
  const states = ["held", "dead", "rejected", "reported", "sent"] as const;
  for (const [n, state] of states.entries()) await add(n, { state });
  await add(9, { tenant: "other" });
  expect(await replayAll(engine, "acme", {})).toEqual({ matched: 2, replayed: 2, skipped: 0, failed: {} });
  expect(await Promise.all(states.map((_, n) => stateOf(n)))).toEqual([
    "received",
    "received",
    "rejected",
    "reported",
    "sent",
  ]);
  expect((await engine.submissions.get({ tenant: "other", id: idOf(9) }))?.value.state).toBe("held");
  expect(await replayAll(engine, "acme", {})).toMatchObject({ matched: 0 });
});

it("changes nothing in a dry run", async () => {
  await add(1);
  expect(await replayAll(engine, "acme", {}, { dryRun: true })).toMatchObject({ matched: 1, replayed: 0 });
  expect(await stateOf(1)).toBe("held");
});

describe("a filter", () => {
  it("takes the longest stopped first, by state, code, number and kind", async () => {
    await add(3);
    await add(1, { state: "dead", problem: { code: "ksef.protocol", message: "…" } });
    await add(2, {}, "KOR/2");
    expect(await matching({})).toEqual(["FV/1", "KOR/2", "FV/3"]);
    expect(await matching({ states: ["dead"] })).toEqual(["FV/1"]);
    expect(await matching({ codes: ["ksef.forbidden", "ksef.credentials"] })).toEqual(["KOR/2", "FV/3"]);
    expect(await matching({ numberPrefix: "FV/" })).toEqual(["FV/1", "FV/3"]);
    expect(await matching({ kind: "KOR" })).toEqual([]);
    expect(await matching({ kind: "VAT", states: ["held"], numberPrefix: "FV" })).toEqual(["FV/3"]);
  });

  it("means whole days in Poland, and instants to the millisecond", async () => {
    // Midnight in Poland is 23:00 UTC in winter and 22:00 in summer.
    clock = new VirtualClock(Date.parse("2026-09-01T00:00:00Z"));
    engine = { ...engine, clock };
    await add(1, at("2026-01-31T22:59:59.999Z"));
    await add(2, at("2026-01-31T23:00:00.000Z"));
    await add(3, at("2026-02-01T22:59:59.999Z"));
    await add(4, at("2026-02-01T23:00:00.000Z"));
    await add(5, at("2026-07-01T21:59:59.999Z"));
    await add(6, at("2026-07-01T22:00:00.000Z"));
    for (const edge of ["stopped", "created"]) {
      const between = (from: string, to: string) => matching({ [`${edge}From`]: from, [`${edge}To`]: to });
      expect(await between("2026-02-01", "2026-02-01")).toEqual(["FV/2", "FV/3"]);
      expect(await between("2026-07-01", "2026-07-01")).toEqual(["FV/5"]);
      expect(await between("2026-02-01T22:59:59.999Z", "2026-02-02T00:00:00+01:00")).toEqual([
        "FV/3",
        "FV/4",
      ]);
    }
  });

  it.each([{ state: "held" }, { states: [] }, { states: ["rejected"] }, { codes: ["ksef.nonsense"] }])(
    "refuses %j",
    (filter) => expect(ReplayFilter.safeParse(filter).success).toBe(false),
  );

  it.each(["2026-02-30", "yesterday", "2026-02-01T08:00"])("refuses %s for an instant", (stoppedFrom) =>
    expect(ReplayFilter.safeParse({ stoppedFrom }).success).toBe(false),
  );
});

describe("in several goes", () => {
  it("looks at each invoice once, also at those that stopped in the same instant", async () => {
    for (let n = 0; n < 7; n++) await add(n, { updatedAt: start - 1_000 });
    const seen: string[] = [];
    let after: string | undefined;
    const goes: number[] = [];
    do {
      const { next, matched } = await replayAll(
        engine,
        "acme",
        {},
        {
          dryRun: true,
          limit: 3,
          after,
          onProgress: ({ id }) => seen.push(id),
        },
      );
      goes.push(matched);
      after = next;
    } while (after !== undefined);
    expect(goes).toEqual([3, 3, 1]);
    expect(seen).toEqual(Array.from({ length: 7 }, (_, n) => idOf(n)));
  });

  it("stops between two invoices when it is told to, and goes on from there", async () => {
    for (let n = 0; n < 4; n++) await add(n);
    const stop = new AbortController();
    const first = await replayAll(
      engine,
      "acme",
      {},
      { signal: stop.signal, onProgress: () => stop.abort() },
    );
    expect(first).toMatchObject({ matched: 1, replayed: 1 });
    const second = await replayAll(engine, "acme", {}, { after: first.next });
    expect(second).toEqual({ matched: 3, replayed: 3, skipped: 0, failed: {} });
  });

  it("ends at once with a place to begin when it is stopped before the first", async () => {
    await add(1);
    const { next } = await replayAll(engine, "acme", {}, { signal: AbortSignal.abort() });
    expect(await replayAll(engine, "acme", {}, { after: next })).toMatchObject({ replayed: 1 });
  });

  it("refuses a place that is not one of its own", async () => {
    const refused = replayAll(engine, "acme", {}, { after: "../1" });
    await expect(refused).rejects.toMatchObject({ code: "request.invalid" });
  });
});

it("does not take up twice what stops anew meanwhile", async () => {
  for (let n = 0; n < 3; n++) await add(n);
  const { submissions } = engine;
  // Whatever is taken up is held again a moment later, before the next one's turn.
  const replace: typeof submissions.replace = async (stored, value) => {
    const taken = await submissions.replace(stored, value);
    if (taken === undefined) return undefined;
    return submissions.replace(taken, { ...taken.value, state: "held", updatedAt: start + 1 });
  };
  engine = { ...engine, submissions: { ...submissions, replace } };
  expect(await replayAll(engine, "acme", {})).toMatchObject({ matched: 3, replayed: 3 });
});

it("skips what somebody else takes up at the same time, and counts what fails by its code", async () => {
  for (let n = 0; n < 3; n++) await add(n);
  const { submissions } = engine;
  const replace: typeof submissions.replace = async (stored, value) => {
    if (value.id === idOf(0)) return undefined;
    if (value.id === idOf(1)) throw new TypeError("broken");
    return submissions.replace(stored, value);
  };
  engine = { ...engine, submissions: { ...submissions, replace } };
  expect(await replayAll(engine, "acme", {})).toEqual({
    matched: 3,
    replayed: 1,
    skipped: 1,
    failed: { "hub.internal": 1 },
  });
});
