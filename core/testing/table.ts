import assert from "node:assert/strict";
import type { Json, Table } from "../src/ports.ts";
import type { It } from "./it.ts";
import { tableIndexContract } from "./table-index.ts";
import { partition, sortKeys } from "./table-reading.ts";

/**
 * What every `Table` must do: one winner of each compare and swap, no lost update, versions 1, 2, 3, sort keys in the
 * order of their UTF-8 bytes, ranges in both directions, pages that together are the whole, values and keys unharmed,
 * and sparse indexes that follow their item, sooner or later. `open` may give the same table each time and need not
 * clear it: every test works under names of its own.
 */
export function tableContract(it: It, open: () => Promise<Table>): void {
  it("creates an item once: of 50 puts at the same time one wins", async () => {
    const table = await open();
    const key = { pk: partition(), sk: "contested" };
    const all = Array.from({ length: 50 }, (_, writer) => table.put({ ...key, value: { writer } }, 0));
    const won = await Promise.all(all);
    assert.equal(won.filter(Boolean).length, 1);
    assert.deepEqual(await table.get(key), { ...key, version: 1, value: { writer: won.indexOf(true) } });
  });

  it("loses no update: 10 writers that count with compare and swap count right", async () => {
    const table = await open();
    const key = { pk: partition(), sk: "counter" };
    await table.put({ ...key, value: 0 }, 0);
    const countUp = async () => {
      for (let left = 5; left > 0;) {
        const { value, version } = (await table.get(key)) ?? assert.fail("the counter is gone");
        if (await table.put({ ...key, value: Number(value) + 1 }, version)) left -= 1;
      }
    };
    await Promise.all(Array.from({ length: 10 }, countUp));
    assert.deepEqual(await table.get(key), { ...key, version: 51, value: 50 });
  });

  it("writes nothing under a version that is not the stored one", async () => {
    const table = await open();
    const key = { pk: partition(), sk: "item" };
    assert.equal(await table.put({ ...key, value: "never" }, 1), false);
    assert.equal(await table.get(key), undefined);
    assert.equal(await table.put({ ...key, value: "one" }, 0), true);
    assert.equal(await table.put({ ...key, value: "two" }, 1), true);
    for (const stale of [0, 1, 3]) assert.equal(await table.put({ ...key, value: "stale" }, stale), false);
    assert.deepEqual(await table.get(key), { ...key, version: 2, value: "two" });
  });

  it("deletes an item under its version only, and begins again at version 1", async () => {
    const table = await open();
    const key = { pk: partition(), sk: "item" };
    assert.equal(await table.delete(key, 1), false);
    await table.put({ ...key, value: 1 }, 0);
    assert.equal(await table.delete(key, 2), false);
    assert.equal(await table.delete(key, 1), true);
    assert.equal(await table.get(key), undefined);
    assert.deepEqual((await table.query({ pk: key.pk })).items, []);
    assert.equal(await table.put({ ...key, value: 2 }, 0), true);
    assert.equal((await table.get(key))?.version, 1);
  });

  it("gives back every shape of JSON, and replaces a value as a whole", async () => {
    const table = await open();
    const key = { pk: partition(), sk: "value" };
    for (const [version, value] of shapes.entries()) {
      assert.equal(await table.put({ ...key, value }, version), true);
      assert.deepEqual((await table.get(key))?.value, value);
    }
    await table.put({ ...key, value: { kept: 1, dropped: undefined } }, shapes.length);
    assert.deepEqual((await table.get(key))?.value, { kept: 1 });
  });

  it("keeps a value of 300 KB, refuses one of 500 KB", async () => {
    const table = await open();
    const key = { pk: partition(), sk: "large" };
    const value = "ż".repeat(150_000);
    assert.equal(await table.put({ ...key, value }, 0), true);
    assert.equal((await table.get(key))?.value, value);
    await assert.rejects(table.put({ ...key, value: "x".repeat(500_000) }, 1));
    assert.equal((await table.get(key))?.version, 1);
  });

  it("keeps keys of any text apart and sorts them by their UTF-8 bytes", async () => {
    const table = await open();
    const pk = `${partition()}#Zażółć 🧾`;
    for (const sk of bytewise.toReversed()) assert.equal(await table.put({ pk, sk, value: sk }, 0), true);
    assert.deepEqual(await sortKeys(table, { pk }), bytewise);
    assert.deepEqual(await sortKeys(table, { pk, reverse: true }), bytewise.toReversed());
    for (const sk of bytewise) assert.equal((await table.get({ pk, sk }))?.value, sk);
    assert.equal(await table.get({ pk: pk.toLowerCase(), sk: "a" }), undefined);
  });

  it("takes both bounds of a range into it, in both directions", async () => {
    const table = await open();
    const pk = await numbered(table, 6);
    assert.deepEqual(await sortKeys(table, { pk, from: "2" }), ["2", "3", "4", "5"]);
    assert.deepEqual(await sortKeys(table, { pk, to: "2" }), ["0", "1", "2"]);
    assert.deepEqual(await sortKeys(table, { pk, from: "2", to: "4" }), ["2", "3", "4"]);
    assert.deepEqual(await sortKeys(table, { pk, from: "2", to: "4", reverse: true }), ["4", "3", "2"]);
    assert.deepEqual(await sortKeys(table, { pk, from: "11", to: "19" }), []);
    assert.deepEqual(await sortKeys(table, { pk, from: "3", to: "3" }), ["3"]);
    assert.deepEqual(await sortKeys(table, { pk: partition() }), []);
  });

  it("gives in pages of 1, 2 and 3 what it gives at once", async () => {
    const table = await open();
    const pk = await numbered(table, 7);
    for (const query of [
      { pk },
      { pk, reverse: true },
      { pk, from: "1", to: "5" },
      { pk, from: "1", to: "5", reverse: true },
    ]) {
      const whole = await sortKeys(table, query);
      for (const limit of [1, 2, 3]) assert.deepEqual(await sortKeys(table, { ...query, limit }), whole);
    }
  });

  it("goes on after a page although items came and went", async () => {
    const table = await open();
    const pk = await numbered(table, 6);
    const { items, next = assert.fail("there is more") } = await table.query({ pk, limit: 2 });
    assert.deepEqual(
      items.map(({ sk }) => sk),
      ["0", "1"],
    );
    await table.delete({ pk, sk: "1" }, 1);
    await table.delete({ pk, sk: "3" }, 1);
    await table.put({ pk, sk: "05", value: "behind" }, 0);
    await table.put({ pk, sk: "15", value: "ahead" }, 0);
    assert.deepEqual(await sortKeys(table, { pk, after: next, limit: 2 }), ["15", "2", "4", "5"]);
  });

  it("refuses a page token it never gave and a limit outside 1 to 1,000", async () => {
    const table = await open();
    const pk = await numbered(table, 2);
    for (const after of ["", "0", "not a token", "e30", "W10"])
      await assert.rejects(
        table.query({ pk, after }),
        { code: "request.invalid" },
        `after: ${JSON.stringify(after)}`,
      );
    for (const limit of [0, -1, 1.5, 1001, Number.NaN])
      await assert.rejects(table.query({ pk, limit }), { code: "request.invalid" }, `limit: ${limit}`);
    assert.equal((await table.query({ pk, limit: 1000 })).items.length, 2);
  });

  tableIndexContract(it, open);
}

const shapes: Json[] = [
  null,
  true,
  false,
  0,
  -1.5,
  1e21,
  9_007_199_254_740_991,
  "",
  'Zażółć gęślą jaźń 🧾\u0000\n"\\',
  [],
  {},
  [1, [2, [null]], { three: 3 }],
  { "": 1, pk: "not a key", __proto__x: {}, ż: { deep: [{ er: [] }] } },
];

/** UTF-16 would put the emoji (a surrogate pair) before U+FF5E; locales would put ą next to a. */
const bytewise = [
  " ",
  "#",
  "-",
  "0",
  "1",
  "10",
  "2",
  "A",
  "Z",
  "_",
  "a",
  "aa",
  "z",
  "~",
  "ą",
  "ż",
  "～",
  "🧾",
];

/** A partition with the sort keys 0 to `count` - 1. */
async function numbered(table: Table, count: number): Promise<string> {
  const pk = partition();
  for (let n = 0; n < count; n++) await table.put({ pk, sk: String(n), value: n }, 0);
  return pk;
}
