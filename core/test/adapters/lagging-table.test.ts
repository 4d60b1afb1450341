import { describe, expect, it } from "vitest";
import { realClock } from "../../src/adapters/clock.ts";
import type { Query, Table } from "../../src/ports.ts";
import { laggingIndexes, tableContract, VirtualClock } from "../../testing/index.ts";
import { openEmbedded } from "./folder.ts";

describe("table with lagging indexes", () => {
  tableContract(it, async () =>
    laggingIndexes((await openEmbedded()).table, { clock: realClock, lagMs: 30 }),
  );

  it("reads the items themselves at once, and shows a new one in the index after the lag to the millisecond", async () => {
    const { table, clock } = await open();
    await table.put(at("a", 1), 0);
    expect(await table.get(at("a", 1))).toEqual({ ...at("a", 1), version: 1 });
    expect((await table.query({ pk: "p" })).items).toEqual([{ ...at("a", 1), version: 1 }]);
    expect(await listed(table, { index: 1, pk: "waiting" })).toEqual([]);
    await clock.advance(lagMs - 1);
    expect(await listed(table, { index: 1, pk: "waiting" })).toEqual([]);
    await clock.advance(1);
    expect((await table.query({ index: 1, pk: "waiting" })).items).toEqual([{ ...at("a", 1), version: 1 }]);
  });

  it("lists a changed item under its old key with its old value and version until then", async () => {
    const { table, clock } = await open();
    await table.put(at("a", 1), 0);
    await clock.advance(lagMs);
    await table.put(at("a", 2, "sent"), 1);
    await clock.advance(lagMs / 2);
    await table.put(at("a", 3, "numbered"), 2);
    const where = async () => [
      await listed(table, { index: 1, pk: "waiting" }),
      await listed(table, { index: 1, pk: "sent" }),
      await listed(table, { index: 1, pk: "numbered" }),
    ];
    expect(await where()).toEqual([["a=1 v1"], [], []]);
    await clock.advance(lagMs / 2);
    expect(await where()).toEqual([[], ["a=2 v2"], []]);
    await clock.advance(lagMs / 2);
    expect(await where()).toEqual([[], [], ["a=3 v3"]]);
    expect(await table.put(at("a", 4), 1)).toBe(false);
    await clock.advance(lagMs);
    expect(await where()).toEqual([[], [], ["a=3 v3"]]);
  });

  it("lists a deleted item, and what the table held before it was wrapped", async () => {
    const { inner, table, clock } = await open();
    await inner.put(at("held before", 1), 0);
    const query = { index: 1, pk: "waiting" } as const;
    expect(await listed(table, query)).toEqual(["held before=1 v1"]);
    await table.delete(at("held before", 1), 1);
    expect(await table.get(at("held before", 1))).toBeUndefined();
    expect(await listed(table, query)).toEqual(["held before=1 v1"]);
    await table.put(at("held before", 2), 0);
    expect(await listed(table, query)).toEqual(["held before=1 v1"]);
    await clock.advance(lagMs);
    expect(await listed(table, query)).toEqual(["held before=2 v1"]);
  });

  it("hides a change while it is being made, and one that fails for good", async () => {
    const { table, clock } = await open();
    const tooLarge = { ...at("b", 1), value: "x".repeat(500_000) };
    const written = Promise.allSettled([table.put(at("a", 1), 0), table.put(tooLarge, 0)]);
    expect(await listed(table, { index: 1, pk: "waiting" })).toEqual([]);
    expect(await written).toMatchObject([{ value: true }, { reason: { code: "request.invalid" } }]);
    expect(await listed(table, { index: 1, pk: "waiting" })).toEqual([]);
    await clock.advance(lagMs);
    expect(await listed(table, { index: 1, pk: "waiting" })).toEqual(["a=1 v1"]);
  });

  it("gives pages in both directions of what the index shows, old states and new ones together", async () => {
    const { table, clock } = await open();
    for (const sk of ["a", "b", "c", "d", "～", "🧾"]) await table.put(at(sk, 1), 0);
    await clock.advance(lagMs);
    await table.put(at("b", 2, "sent"), 1);
    await table.put(at("new", 1), 0);
    const all = ["a=1 v1", "b=1 v1", "c=1 v1", "d=1 v1", "～=1 v1", "🧾=1 v1"];
    for (const limit of [1, 2, 4, 6]) {
      const query = { index: 1, pk: "waiting", limit } as const;
      expect(await listed(table, query)).toEqual(all);
      expect(await listed(table, { ...query, reverse: true })).toEqual(all.toReversed());
      expect(await listed(table, { ...query, from: "b", to: "～" })).toEqual(all.slice(1, 5));
    }
    const { next: after = "" } = await table.query({ index: 1, pk: "waiting", limit: 1 });
    const invalid = { code: "request.invalid" };
    await expect(table.query({ index: 2, pk: "waiting", after })).rejects.toMatchObject(invalid);
    await expect(table.query({ index: 1, pk: "waiting", limit: 1001 })).rejects.toMatchObject(invalid);
  });
});

const lagMs = 3000;

async function open() {
  const clock = new VirtualClock(0);
  const { table: inner } = await openEmbedded();
  return { inner, table: laggingIndexes(inner, { clock, lagMs }), clock };
}

const at = (sk: string, value: number, state = "waiting") => ({
  pk: "p",
  sk,
  value,
  index1: { pk: state, sk },
});

async function listed(table: Table, query: Query): Promise<string[]> {
  const { items, next } = await table.query(query);
  const lines = items.map(({ sk, value, version }) => `${sk}=${JSON.stringify(value)} v${version}`);
  return next === undefined ? lines : [...lines, ...(await listed(table, { ...query, after: next }))];
}
