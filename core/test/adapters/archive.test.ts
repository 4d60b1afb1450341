import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openArchive } from "../../src/adapters/embedded/archive.ts";
import { archiveContract } from "../../testing/index.ts";
import { openEmbedded, temporaryFolder } from "./folder.ts";

describe("embedded archive", () => {
  archiveContract(it, async () => (await openEmbedded()).archive);

  it("keeps each blob in a file under its key, for the owner's eyes only", async () => {
    const folder = await temporaryFolder();
    const archive = await openArchive(folder);
    await archive.put("tenant/2026/invoice.xml", Buffer.from("<Faktura/>"));
    const { mode, size, nlink } = await stat(join(folder, "tenant/2026/invoice.xml"));
    expect({ mode: mode & 0o777, size, nlink }).toEqual({ mode: 0o600, size: 10, nlink: 1 });
    expect((await stat(join(folder, "tenant"))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(folder, "~incoming"))).toEqual([]);
  });

  it("keeps everything when it is opened again, and clears away what was never finished", async () => {
    const folder = await temporaryFolder();
    await (await openArchive(folder)).put("a/b", Buffer.from("kept"));
    await writeFile(join(folder, "~incoming", "left-by-a-killed-process"), "half a docu");
    const archive = await openArchive(folder);
    expect(Buffer.from((await archive.get("a/b")) ?? []).toString()).toBe("kept");
    expect(await readdir(join(folder, "~incoming"))).toEqual([]);
  });

  it("refuses a blob where another blob needs a folder, both ways round", async () => {
    const archive = await openArchive(await temporaryFolder());
    await archive.put("a", Buffer.from("blob"));
    await archive.put("b/c", Buffer.from("blob"));
    for (const key of ["a/b", "a/b/c", "b"])
      await expect(archive.put(key, Buffer.from("blob"))).rejects.toMatchObject({ code: "archive.conflict" });
  });

  it("takes 500 blobs at once, each with a folder of its own, with 32 files under way at most", async () => {
    const folder = await temporaryFolder();
    const archive = await openArchive(folder);
    let most = 0;
    const stored = new Set<number>();
    const puts = Array.from({ length: 500 }, async (_, n) => {
      await archive.put(`t/${n}/blob`, Buffer.from(String(n)));
      stored.add(n);
    });
    while (stored.size < 500) most = Math.max(most, (await readdir(join(folder, "~incoming"))).length);
    await Promise.all(puts);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(32);
    const blobs = await Promise.all(puts.map((_, n) => archive.get(`t/${n}/blob`)));
    expect(blobs.map((bytes) => Buffer.from(bytes ?? []).toString())).toEqual(puts.map((_, n) => String(n)));
  });

  it("says that the storage does not work when the file system fails", async () => {
    const folder = await temporaryFolder();
    const archive = await openArchive(folder);
    await rm(join(folder, "~incoming"), { recursive: true });
    await expect(archive.put("a", Buffer.from("x"))).rejects.toMatchObject({ code: "storage.unavailable" });
  });
});
