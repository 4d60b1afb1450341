import assert from "node:assert/strict";
import type { Query, Table } from "../src/ports.ts";
import { eventually } from "./eventually.ts";
import type { It } from "./it.ts";
import { partition, sortKeys } from "./table-reading.ts";

/** The part of `tableContract` that is about the two indexes. They may lag, so each test waits until they have settled. */
export function tableIndexContract(it: It, open: () => Promise<Table>): void {
  it("finds whole items by both indexes, and those without an index key by none", async () => {
    const table = await open();
    const [pk, one, two] = [partition(), partition(), partition()];
    const item = {
      pk,
      sk: "a",
      value: { name: "żółw" },
      index1: { pk: one, sk: "x" },
      index2: { pk: two, sk: "y" },
    };
    await table.put(item, 0);
    await table.put({ pk, sk: "b", value: 2, index2: { pk: two, sk: "z" } }, 0);
    await table.put({ pk, sk: "c", value: 3, index1: undefined }, 0);
    await settled(table, { index: 1, pk: one }, ["a"]);
    await settled(table, { index: 2, pk: two }, ["a", "b"]);
    assert.deepEqual((await table.query({ index: 1, pk: one })).items, [{ ...item, version: 1 }]);
    assert.deepEqual(await table.get(item), { ...item, version: 1 });
    assert.deepEqual(await table.get({ pk, sk: "c" }), { pk, sk: "c", version: 1, value: 3 });
  });

  it("moves the index with the item and takes it out when the item leaves", async () => {
    const table = await open();
    const [pk, before, after] = [partition(), partition(), partition()];
    const key = { pk, sk: "item" };
    await table.put({ ...key, value: 1, index1: { pk: before, sk: "1" } }, 0);
    await settled(table, { index: 1, pk: before }, ["item"]);
    await table.put({ ...key, value: 2, index1: { pk: after, sk: "2" } }, 1);
    await settled(table, { index: 1, pk: before }, []);
    await settled(table, { index: 1, pk: after }, ["item"]);
    await table.put({ ...key, value: 3 }, 2);
    await settled(table, { index: 1, pk: after }, []);
    await table.put({ ...key, value: 4, index1: { pk: after, sk: "3" } }, 3);
    await settled(table, { index: 1, pk: after }, ["item"]);
    await table.delete(key, 4);
    await settled(table, { index: 1, pk: after }, []);
  });

  it("orders, limits and pages an index by its own sort key, also where several items share it", async () => {
    const table = await open();
    const [pk, shared] = [partition(), partition()];
    const expected = ["5", "4", "3", "2", "1", "0"];
    for (const [at, sk] of expected.entries())
      await table.put({ pk, sk, value: at, index2: { pk: shared, sk: `at-${at}` } }, 0);
    const query = { index: 2, pk: shared } as const;
    await settled(table, query, expected);
    assert.deepEqual(await sortKeys(table, { ...query, from: "at-1", to: "at-3", reverse: true, limit: 2 }), [
      "2",
      "3",
      "4",
    ]);

    for (const sk of ["s", "t", "u", "v", "w"])
      await table.put({ pk: `${pk}#${sk}`, sk, value: sk, index2: { pk: shared, sk: "tie" } }, 0);
    const ties = { ...query, from: "tie", to: "tie" };
    const seen = async (page: Query) => (await sortKeys(table, page)).toSorted().join("");
    await eventually("all ties in the index", async () => (await seen(ties)) === "stuvw");
    for (const limit of [1, 2, 3])
      for (const reverse of [false, true]) assert.equal(await seen({ ...ties, limit, reverse }), "stuvw");
  });
}

async function settled(table: Table, query: Query, expected: string[]): Promise<void> {
  const what = `index ${query.index} holds ${JSON.stringify(expected)}`;
  await eventually(what, async () => (await sortKeys(table, query)).join("\n") === expected.join("\n"));
}
