import { expect, it } from "vitest";
import { observations } from "../../src/metrics/observations.ts";
import type { Item, Json, Query } from "../../src/ports.ts";
import { openRig, start, submission } from "./rig.ts";

const minute = 60_000;
const hour = 60 * minute;

it("counts what waits by state, and tells the age of the oldest that is unfinished", async () => {
  await using rig = await openRig();
  await rig.add("1", { state: "sent", createdAt: start - 5 * minute });
  await rig.add("2", { urgent: true });
  await rig.add("3");
  await rig.add("4", { state: "held", createdAt: start - 9 * hour });
  await rig.add("5", { state: "dead" });
  await rig.add("6", { state: "reported", createdAt: start - hour });
  await rig.add("7", { tenant: "beta", state: "sending" });
  const { companies, complete, deadLetters, breakers } = await observations(rig.engine).all();
  const [acme, beta] = companies.toSorted((a, b) => a.tenant.localeCompare(b.tenant));
  expect(acme).toMatchObject({
    tenant: "acme",
    environment: "test",
    counts: { received: 0, ready: 2, sending: 0, sent: 1, accepted: 0, held: 1, dead: 1 },
    capped: false,
    oldestSince: start - 5 * minute,
  });
  expect(beta?.counts).toMatchObject({ sending: 1, ready: 0 });
  expect({ complete, deadLetters, breakers }).toEqual({
    complete: true,
    deadLetters: 0,
    breakers: [{ environment: "test", state: "closed" }],
  });
});

it("finds the next offline deadline and counts those that have passed", async () => {
  await using rig = await openRig();
  const offline = { mode: "offline24", issuedAt: start } as const;
  const issued = (issueDate: string) => ({ offline, invoice: { ...submission("x").invoice, issueDate } });
  await rig.add("tomorrow", issued("2026-02-18"));
  await rig.add("later", issued("2026-02-20"));
  await rig.add("online");
  await rig.add("late", { ...issued("2026-02-16"), state: "held" });
  await rig.add("accepted", { ...issued("2026-02-13"), state: "accepted", ksef: { number: "n" } });
  // ksef-docs, tryby-offline.md: the next working day; it is over at midnight in Poland.
  expect((await observations(rig.engine).of("acme")).offline).toEqual({
    nextDeadline: Date.parse("2026-02-20T00:00:00+01:00"),
    overdue: 1,
  });
});

it("reads a bounded number of a backlog of 100,000, and says so", async () => {
  await using rig = await openRig();
  let read = 0;
  const { table } = rig.engine;
  const query = table.query.bind(table);
  const backlog = 100_000;
  table.query = (asked: Query) => {
    if (asked.pk !== "T#acme#ready") return query(asked);
    const from = Number(asked.after ?? 0);
    const until = Math.min(from + (asked.limit ?? 100), backlog);
    read += until - from;
    const items: Item[] = [];
    for (let n = from; n < until; n++) {
      const value = submission(String(n), { createdAt: start - backlog + n }) as Json;
      items.push({ pk: "p", sk: String(n), version: 1, value });
    }
    return Promise.resolve(until < backlog ? { items, next: String(until) } : { items });
  };
  const { counts, capped, oldestSince } = await observations(rig.engine).of("acme");
  expect({ counts: counts.ready, capped, oldestSince, read }).toEqual({
    counts: 1_000,
    capped: true,
    oldestSince: start - backlog,
    read: 1_000,
  });
});

it("reads once however often it is asked, and again after ten seconds", async () => {
  await using rig = await openRig();
  const observer = observations(rig.engine);
  let queries = 0;
  const { table } = rig.engine;
  const query = table.query.bind(table);
  table.query = (asked) => {
    queries += 1;
    return query(asked);
  };
  await Promise.all([observer.all(), observer.all(), observer.of("acme")]);
  const once = queries;
  expect(once).toBeGreaterThan(0);
  await rig.add("1");
  await rig.clock.advance(9_999);
  expect((await observer.all()).companies.every(({ counts }) => counts.ready === 0)).toBe(true);
  expect(queries).toBe(once);
  await rig.clock.advance(1);
  expect((await observer.of("acme")).counts.ready).toBe(1);
});

it("keeps a reading ten times as long as it took", async () => {
  await using rig = await openRig();
  const observer = observations(rig.engine);
  let reads = 0;
  const { tenants, clock } = rig.engine;
  const get = tenants.get;
  tenants.get = async (id) => {
    reads += 1;
    await clock.sleep(3_000);
    return get(id);
  };
  const first = observer.of("acme");
  await rig.clock.advance(3_000);
  await first;
  await rig.clock.advance(29_999);
  await observer.of("acme");
  expect(reads).toBe(1);
  await rig.clock.advance(1);
  void observer.of("acme");
  expect(reads).toBe(2);
  await rig.clock.advance(3_000);
});

it("goes on without a company that cannot be read, and says so once", async () => {
  await using rig = await openRig();
  const list = rig.engine.submissions.list;
  rig.engine.submissions.list = (tenant, limit) =>
    tenant === "acme" ? Promise.reject(new Error("disk on fire")) : list(tenant, limit);
  const observer = observations(rig.engine);
  for (let round = 0; round < 3; round++) {
    const { companies, complete } = await observer.all();
    expect([companies.map(({ tenant }) => tenant), complete]).toEqual([["beta"], false]);
    await rig.clock.advance(10_000);
  }
  expect(rig.log).toEqual([expect.objectContaining({ level: "warn", code: "hub.internal", tenant: "acme" })]);
});

it("concludes from what is on the ledger whether the login works", async () => {
  await using rig = await openRig();
  const login = async () => (await observations(rig.engine).of("acme")).login;
  expect(await login()).toEqual({ state: "unknown" });
  await rig.add("1", { state: "reported", sentAt: start + minute });
  expect(await login()).toEqual({ state: "works", at: start + minute });
  const code = "ksef.login-refused";
  await rig.add("2", { state: "held", updatedAt: start + 2 * minute, problem: { code, message: "…" } });
  const other = { code: "ksef.forbidden", message: "…" };
  await rig.add("3", { state: "held", updatedAt: start + 3 * minute, problem: other });
  // What is stopped is read up to now.
  await rig.clock.advance(5 * minute);
  expect(await login()).toEqual({ state: "fails", at: start + 2 * minute, code });
  await rig.add("4", { state: "sent", sentAt: start + 4 * minute });
  expect(await login()).toEqual({ state: "works", at: start + 4 * minute });
});
