import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { archiveContract } from "../../testing/index.ts";
import { openEmbedded, temporaryFolder } from "./folder.ts";

describe("embedded archive", () => {
  archiveContract(it, async () => (await openEmbedded()).archive);

  it("keeps everything in the one file of the hub, and has it when that is opened again", async () => {
    const folder = await temporaryFolder();
    const before = await openEmbedded({ folder });
    const bytes = Buffer.from("<Faktura>zażółć</Faktura>");
    await before.archive.put("tenant/2026/invoice.xml", bytes);
    await before[Symbol.asyncDispose]();
    expect((await readdir(folder)).toSorted()).toEqual(["hub.sqlite", "secret.key"]);

    const after = await openEmbedded({ folder });
    expect(Buffer.from((await after.archive.get("tenant/2026/invoice.xml")) ?? [])).toEqual(bytes);
    await after[Symbol.asyncDispose]();
    const sqlite = new DatabaseSync(join(folder, "hub.sqlite"));
    expect(sqlite.prepare("SELECT key, length(bytes) AS size FROM blobs").all()).toEqual([
      { key: "tenant/2026/invoice.xml", size: bytes.byteLength },
    ]);
    sqlite.close();
  });

  it("hands out bytes that are the caller's own", async () => {
    const { archive } = await openEmbedded();
    await archive.put("a", Buffer.from("kept"));
    (await archive.get("a"))?.fill(0);
    expect(Buffer.from((await archive.get("a")) ?? []).toString()).toBe("kept");
  });

  it("says that the storage does not work once it is closed", async () => {
    const { archive, ...ports } = await openEmbedded();
    await ports[Symbol.asyncDispose]();
    const unavailable = { code: "storage.unavailable" };
    await expect(archive.put("a", Buffer.from("x"))).rejects.toMatchObject(unavailable);
    await expect(archive.get("a")).rejects.toMatchObject(unavailable);
  });
});
