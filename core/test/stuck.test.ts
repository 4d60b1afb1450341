import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { embedded } from "../src/adapters/embedded/index.ts";
import { createEngine, type Engine, type LogEntry } from "../src/engine.ts";
import { Secret } from "../src/secret.ts";
import { reportStuck, stuckSubmissions } from "../src/stuck.ts";
import type { State, Submission } from "../src/submission.ts";
import type { Tenant } from "../src/tenants.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";

const minute = 60_000;
let clock: VirtualClock;
let engine: Engine;
let log: LogEntry[];
let close: () => Promise<void>;

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), "stuck-"));
  clock = new VirtualClock();
  const ports = await embedded({ folder, clock });
  log = [];
  engine = createEngine({ ports, log: (entry) => log.push(entry) });
  for (const id of ["acme", "beta"])
    await engine.tenants.save(
      { id, nip: "5265877635", environment: "test", createdAt: 0 },
      { kind: "token", token: new Secret("token") },
    );
  close = async () => {
    await ports[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  };
});
afterEach(() => close());

/** In `state` for so many minutes and due so many minutes ago. */
async function add(id: string, state: State, since: number, due: number, change: Partial<Submission> = {}) {
  const now = clock.now();
  await engine.submissions.create({
    tenant: "acme",
    id,
    idempotencyKey: id,
    state,
    createdAt: now - since * minute,
    updatedAt: now - since * minute,
    wakeAt: now - due * minute,
    source: { key: "s", sha256: "s", size: 1, mediaType: "application/xml" },
    document: { key: "d", sha256: "d", size: 1 },
    warnings: [],
    invoice: {
      sellerNip: "5265877635",
      kind: "VAT",
      number: id,
      issueDate: "2026-02-20",
      currency: "PLN",
      gross: "123.00",
    },
    urgent: false,
    attachment: false,
    looks: 0,
    failures: 0,
    spent: 0,
    timeline: [{ at: now - since * minute, state, message: "…" }],
    ...change,
  });
}

async function found(paused?: (tenant: Tenant) => boolean): Promise<string[]> {
  const names: string[] = [];
  for await (const { submission, why } of stuckSubmissions(engine, { now: clock.now(), paused }))
    names.push(`${submission.id} ${why}`);
  return names.toSorted();
}

it("finds what is in a state for longer than that state takes, and nothing else", async () => {
  for (const [state, most] of [
    ["received", 10],
    ["sending", 30],
    ["sent", 30],
    ["accepted", 15],
  ] as const) {
    await add(`${state}-just`, state, most, 0);
    await add(`${state}-long`, state, most + 1, 0);
  }
  await add("held", "held", 9_999, 9_999);
  await add("reported", "reported", 9_999, 9_999);
  expect(await found()).toEqual([
    "accepted-long slow",
    "received-long slow",
    "sending-long slow",
    "sent-long slow",
  ]);
});

it("finds what is due and not moved, except for those that wait their turn", async () => {
  await add("due", "sent", 6, 6);
  await add("barely", "sent", 6, 5);
  await add("queued", "ready", 6, 6);
  await add("failed", "ready", 6, 6, { problem: { code: "hub.internal", message: "…" } });
  expect(await found()).toEqual(["due overdue", "failed overdue"]);
});

it("lets the first of a long queue stand for all", async () => {
  for (let n = 1; n <= 5; n++) await add(`queued-${n}`, "ready", 70 - n, 70 - n);
  await add("urgent", "ready", 61, 61, { urgent: true });
  expect(await found()).toEqual(["queued-1 slow", "urgent slow"]);
});

it("sees one that goes round between attempts as one that is not further", async () => {
  const start = clock.now() - 70 * minute;
  const timeline: Submission["timeline"] = [];
  for (let n = 0; n < 7; n++)
    for (const state of ["ready", "sending"] as const)
      timeline.push({ at: start + n * 10 * minute, state, message: `${n}` });
  await add("round", "sending", 1, -1, { timeline, problem: { code: "ksef.protocol", message: "…" } });
  expect(await found()).toEqual(["round slow"]);
});

it("has nothing against a long queue once it is its turn", async () => {
  const timeline: Submission["timeline"] = [
    { at: clock.now() - 70 * minute, state: "ready", message: "…" },
    { at: clock.now() - minute, state: "sending", message: "…" },
  ];
  await add("queued", "sending", 70, -1, { timeline });
  expect(await found()).toEqual([]);
});

it("does not call waiting for the end of an outage stuck", async () => {
  await add("outage", "ready", 600, -1, { problem: { code: "ksef.unavailable", message: "…" } });
  await add("defect", "ready", 600, -1, { problem: { code: "hub.internal", message: "…" } });
  expect(await found()).toEqual(["defect slow"]);
  await add("other", "sending", 600, 600, { tenant: "beta" });
  expect(await found(({ id }) => id === "acme")).toEqual(["other overdue"]);
});

it("logs each once for each state, and anew after it had got on", async () => {
  const memory = new Set<string>();
  await add("a", "sent", 40, 0);
  expect((await reportStuck(engine, memory)).length).toBe(1);
  expect((await reportStuck(engine, memory)).length).toBe(1);
  expect(log).toEqual([
    {
      level: "warn",
      code: "hub.stuck",
      tenant: "acme",
      submission: "a",
      message: expect.stringContaining("KSeF has had invoice a since") as string,
    },
  ]);

  const stored = await engine.submissions.get({ tenant: "acme", id: "a" });
  if (stored === undefined) throw new Error("not there");
  const moved = await engine.submissions.replace(stored, {
    ...stored.value,
    state: "accepted",
    updatedAt: clock.now(),
  });
  expect(await reportStuck(engine, memory)).toEqual([]);
  expect(memory.size).toBe(0);
  if (moved === undefined) throw new Error("not replaced");
  await clock.advance(16 * minute);
  await reportStuck(engine, memory);
  expect(log.length).toBe(2);
  expect([...memory]).toEqual(["acme/a/accepted"]);
});
