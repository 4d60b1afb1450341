import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import type { Item, Query, Table } from "../../src/ports.ts";
import { startProcess } from "./child.ts";
import { openEmbedded, temporaryFolder } from "./folder.ts";

describe("embedded folder", () => {
  it("is created with its parents, for the owner's eyes only", async () => {
    const folder = join(await temporaryFolder(), "missing", "data");
    await openEmbedded({ folder });
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(folder)) {
      const entry = await stat(join(folder, name));
      expect([name, entry.mode & 0o077]).toEqual([name, 0]);
    }
    expect(await readdir(folder)).toEqual(expect.arrayContaining(["hub.sqlite", "secret.key"]));
  });

  it("belongs to one process at a time", async () => {
    const folder = await temporaryFolder();
    const first = await openEmbedded({ folder });
    const locked = { code: "storage.locked", message: expect.stringContaining("stop the other hub") };
    await expect(openEmbedded({ folder })).rejects.toMatchObject(locked);
    expect((await startProcess("hold", folder).lines.next()).value).toBe("storage.locked");
    await first.table.put({ pk: "p", sk: "s", value: "still works" }, 0);
    await first[Symbol.asyncDispose]();

    const other = startProcess("hold", folder);
    expect((await other.lines.next()).value).toBe("open");
    await expect(openEmbedded({ folder })).rejects.toMatchObject(locked);
    await other.kill();
    const { table } = await openEmbedded({ folder });
    expect((await table.get({ pk: "p", sk: "s" }))?.value).toBe("still works");
  });

  it("keeps all that was acknowledged when the process is killed, and nothing half written", async () => {
    const folder = await temporaryFolder();
    const { lines, kill } = startProcess("write", folder);
    const acknowledged: string[] = [];
    for await (const line of { [Symbol.asyncIterator]: () => lines }) {
      acknowledged.push(line);
      if (acknowledged.length === 200) void kill();
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(200);

    const { table, archive } = await openEmbedded({ folder });
    const items = await everything(table, { pk: "items" });
    expect(items.map(({ sk }) => sk)).toEqual(expect.arrayContaining(acknowledged));
    expect(await everything(table, { index: 1, pk: "by-n" })).toEqual(items);
    for (const n of acknowledged.map(Number)) {
      const bytes = (await archive.get(`blobs/${n % 10}/${n}`)) ?? [];
      expect(Buffer.alloc(1000 * (n % 100), String(n)).equals(Buffer.from(bytes))).toBe(true);
    }
  });

  it("refuses a database of a newer version, and leaves it alone", async () => {
    const folder = await temporaryFolder();
    const database = new DatabaseSync(join(folder, "hub.sqlite"));
    database.exec("PRAGMA user_version = 99");
    database.close();
    const newer = { code: "hub.config", message: expect.stringContaining("newer version") };
    await expect(openEmbedded({ folder })).rejects.toMatchObject(newer);
    await expect(openEmbedded({ folder })).rejects.toMatchObject(newer);
  });

  it("says that the storage does not work once it is closed", async () => {
    const { table, ...ports } = await openEmbedded();
    await ports[Symbol.asyncDispose]();
    await ports[Symbol.asyncDispose]();
    await expect(table.get({ pk: "p", sk: "s" })).rejects.toMatchObject({ code: "storage.unavailable" });
  });
});

async function everything(table: Table, query: Query): Promise<Item[]> {
  const { items, next } = await table.query({ ...query, limit: 1000 });
  return next === undefined ? items : [...items, ...(await everything(table, { ...query, after: next }))];
}
