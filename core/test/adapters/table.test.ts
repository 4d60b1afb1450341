import { describe, expect, it } from "vitest";
import { tableContract } from "../../testing/index.ts";
import { openEmbedded, temporaryFolder } from "./folder.ts";

describe("embedded table", () => {
  tableContract(it, async () => (await openEmbedded()).table);

  it("keeps everything when the folder is opened again", async () => {
    const folder = await temporaryFolder();
    const item = {
      pk: "p",
      sk: "s",
      value: { a: [1] },
      index1: { pk: "i", sk: "1" },
      index2: { pk: "j", sk: "2" },
    };
    const before = await openEmbedded({ folder });
    await before.table.put({ ...item, value: 0 }, 0);
    await before.table.put(item, 1);
    await before[Symbol.asyncDispose]();
    const { table } = await openEmbedded({ folder });
    expect(await table.get(item)).toEqual({ ...item, version: 2 });
    expect((await table.query({ index: 2, pk: "j" })).items).toEqual([{ ...item, version: 2 }]);
  });

  it("goes on in an index although the item the page ended with is gone", async () => {
    const { table } = await openEmbedded();
    const index1 = { pk: "shared", sk: "same" };
    for (const sk of ["a", "b", "c", "d"]) await table.put({ pk: "p", sk, value: sk, index1 }, 0);
    const query = { index: 1, pk: "shared", limit: 2 } as const;
    const first = await table.query(query);
    await table.delete({ pk: "p", sk: "b" }, 1);
    await table.put({ pk: "p", sk: "bb", value: "new", index1 }, 0);
    const second = await table.query({ ...query, after: first.next ?? "" });
    expect(second.items.map(({ sk }) => sk)).toEqual(["bb", "c"]);
    const back = await table.query({ ...query, reverse: true, after: second.next ?? "" });
    expect(back.items.map(({ sk }) => sk)).toEqual(["bb", "a"]);
  });

  it("gives 100 items where no limit is named, and no next page where nothing follows", async () => {
    const { table } = await openEmbedded();
    for (let n = 0; n < 101; n++) await table.put({ pk: "p", sk: String(1000 + n), value: n }, 0);
    const { items, next = "" } = await table.query({ pk: "p" });
    expect(items).toHaveLength(100);
    expect(await table.query({ pk: "p", after: next })).toEqual({
      items: [expect.objectContaining({ value: 100 })],
    });
    expect((await table.query({ pk: "p", limit: 101 })).next).toBeUndefined();
  });

  it("refuses a page token of another partition or index", async () => {
    const { table } = await openEmbedded();
    for (const sk of ["a", "b"]) await table.put({ pk: "one", sk, value: 0, index1: { pk: "one", sk } }, 0);
    const { next: after = "" } = await table.query({ pk: "one", limit: 1 });
    await expect(table.query({ pk: "two", after })).rejects.toMatchObject({ code: "request.invalid" });
    await expect(table.query({ index: 1, pk: "one", after })).rejects.toMatchObject({
      code: "request.invalid",
    });
  });

  it("refuses keys that are empty, too long or not text", async () => {
    const { table } = await openEmbedded();
    for (const bad of ["", "ż".repeat(513), "\ud800"]) {
      const refused = { code: "request.invalid" };
      await expect(table.put({ pk: bad, sk: "s", value: 0 }, 0)).rejects.toMatchObject(refused);
      await expect(
        table.put({ pk: "p", sk: "s", value: 0, index2: { pk: "i", sk: bad } }, 0),
      ).rejects.toMatchObject(refused);
      await expect(table.get({ pk: "p", sk: bad })).rejects.toMatchObject(refused);
    }
    expect(await table.put({ pk: "ż".repeat(512), sk: "s", value: 0 }, 0)).toBe(true);
  });
});
