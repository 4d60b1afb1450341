import { createDispatcher } from "@ksef-hub/core";
import { sampleInvoice } from "@ksef-hub/core/testing";
import type { FaultRuleInput } from "@ksef-hub/sandbox";
import { describe, expect, it } from "vitest";
import { Rig, type View } from "./rig.ts";

const count = 20;
const numbers = Array.from({ length: count }, (_, index) => `FV/${index + 1}`);
const [open, close, part] = [
  { method: "POST", path: "/sessions/batch" },
  { method: "POST", path: "/sessions/batch/*/close" },
  { method: "PUT", path: "/storage/**" },
];

/** What becomes of twenty invoices that go as one batch in a KSeF with these faults. */
async function sent(rig: Rig, faults: FaultRuleInput[]): Promise<View[]> {
  for (const fault of faults) rig.sandbox.faults.add(fault);
  const posted = await Promise.all(numbers.map((number) => rig.post(sampleInvoice({ number }), number)));
  const ids = await Promise.all(posted.map(async (response) => ((await response.json()) as View).id));
  const dispatcher = createDispatcher(rig.engine);
  try {
    for (const id of ids) dispatcher.ring({ tenant: "acme", id });
    const views: View[] = [];
    for (const id of ids) views.push(await rig.until(id));
    return views;
  } finally {
    await dispatcher.stop();
  }
}

/** Each of these has a number of its own and its receipt, and KSeF has each once and was given none that it had. */
async function acceptedOnce(rig: Rig, views: View[], posts = 1): Promise<void> {
  expect(new Set(views.map(({ state }) => state))).toEqual(new Set(["reported"]));
  const { ledger } = rig.sandbox;
  const accepted = ledger.accepted();
  expect(accepted.length).toBe(views.length);
  expect(new Set(accepted.map((entry) => entry.ksefNumber))).toEqual(
    new Set(views.map(({ ksefNumber }) => ksefNumber)),
  );
  expect(accepted.map((entry) => entry.posts)).toEqual(accepted.map(() => posts));
  expect(ledger.invoices().filter(({ verdict }) => verdict.code === 440)).toEqual([]);
  expect(ledger.requests().filter(({ status }) => status === 429)).toEqual([]);
  for (const { links, ksefNumber } of views) {
    const receipt = await rig.request(links.upo ?? "");
    expect(await receipt.text()).toContain(`>${ksefNumber}<`);
  }
}

/** The batches KSeF has opened. */
const batches = ({ sandbox }: Rig) =>
  sandbox.ledger
    .requests()
    .filter(
      ({ method, path, status }) => method === "POST" && path === "/v2/sessions/batch" && status === 201,
    );

describe.concurrent("a batch that fails as a whole, once", () => {
  it.each([405, 415, 420, 430, 435, 440, 445, 500])("%i: all of it goes again", async (code) => {
    await using rig = await Rig.start({ worker: false });
    const views = await sent(rig, [{ on: open, times: 1, fault: `session-${code}` }]);
    await acceptedOnce(rig, views);
    for (const { timeline } of views) expect(timeline.map((event) => event.code)).toContain("ksef.cancelled");
    expect(batches(rig).length).toBeGreaterThan(0);
  });
});

describe.concurrent("an answer that does not arrive", () => {
  it.each<[string, FaultRuleInput]>([
    ["of open, which had no effect", { on: open, fault: "html-502" }],
    ["of open, which had its effect", { on: open, fault: "html-502-after" }],
    ["of open, cut off in the middle", { on: open, fault: "reset-mid-body" }],
    ["of an upload, which had no effect", { on: part, fault: "reset" }],
    ["of an upload, which had its effect", { on: part, fault: "reset-after" }],
    ["of an upload: a firewall's page", { on: part, fault: "waf" }],
    ["of close, which had no effect", { on: close, fault: "html-502" }],
    ["of close, which had no effect: a reset", { on: close, fault: "reset" }],
    ["of close, which had its effect", { on: close, fault: "html-502-after" }],
    ["of close, which had its effect: a reset", { on: close, fault: "reset-after" }],
    ["of close, which takes too long", { on: close, fault: "hang-after" }],
  ])("%s", async (_, rule) => {
    await using rig = await Rig.start({ worker: false, timing: { deadlineMs: 1_000 } });
    const views = await sent(rig, [{ times: 1, ...(rule as object) } as FaultRuleInput]);
    await acceptedOnce(rig, views);
    expect(rig.sandbox.faults.list().map(({ struck }) => struck)).toEqual([1]);
  });
});

it("goes again when a part was lost: KSeF has begun nothing (21205)", async () => {
  await using rig = await Rig.start({ worker: false });
  const views = await sent(rig, [{ on: part, times: 1, fault: "part-lost" }]);
  await acceptedOnce(rig, views);
  for (const { timeline } of views)
    expect(timeline.map((event) => event.code)).toContain("ksef.part-missing");
});

it("goes again with another key when KSeF has changed its own (21470)", async () => {
  await using rig = await Rig.start({ worker: false });
  const views = await sent(rig, [{ on: open, times: 1, fault: { kind: "rotate-keys", retireOld: true } }]);
  await acceptedOnce(rig, views);
  for (const { timeline } of views) expect(timeline.map((event) => event.code)).toContain("ksef.key-unknown");
});

it("is waited for while KSeF is at it (150), and not sent again", async () => {
  await using rig = await Rig.start({ worker: false });
  const views = await sent(rig, [{ fault: { kind: "invoice-stuck", ms: 3_000 } }]);
  await acceptedOnce(rig, views);
  expect(batches(rig).length).toBe(1);
});

describe("of a batch in which some invoices are wrong", () => {
  const wrong = ["FV/3", "FV/8", "FV/20"];
  const details = ["Pole P_15 nie zgadza się z sumą."];
  const refused: FaultRuleInput[] = wrong.map((number) => ({
    on: { number },
    fault: { kind: "invoice-status", code: 450, details },
  }));
  const rejected = {
    state: "rejected",
    problem: {
      code: "ksef.rejected",
      upstream: { code: 450, description: "Błąd weryfikacji semantyki dokumentu faktury", details },
    },
  };

  it("those are rejected in KSeF's words and the others accepted", async () => {
    await using rig = await Rig.start({ worker: false });
    const views = await sent(rig, refused);
    const stopped = views.filter((_, index) => wrong.includes(numbers[index] ?? ""));
    for (const view of stopped) expect(view).toMatchObject(rejected);
    await acceptedOnce(
      rig,
      views.filter((view) => !stopped.includes(view)),
    );
  });

  it("and none is good (445): those are rejected, and what was only cancelled with them goes again", async () => {
    await using rig = await Rig.start({ worker: false });
    const cancelled = { on: close, times: count - wrong.length, fault: "invoice-405" };
    const views = await sent(rig, [...refused, cancelled]);
    const stopped = views.filter((_, index) => wrong.includes(numbers[index] ?? ""));
    for (const view of stopped) expect(view).toMatchObject(rejected);
    await acceptedOnce(
      rig,
      views.filter((view) => !stopped.includes(view)),
      2,
    );
  });

  it("and all are wrong (445), each is rejected, and nothing is sent again", async () => {
    await using rig = await Rig.start({ worker: false });
    const views = await sent(rig, [{ fault: { kind: "invoice-status", code: 450, details } }]);
    for (const view of views) expect(view).toMatchObject(rejected);
    const { ledger } = rig.sandbox;
    expect(ledger.accepted()).toEqual([]);
    expect(ledger.invoices().length).toBe(count);
  });
});
