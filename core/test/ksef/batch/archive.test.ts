import { execFileSync, spawnSync } from "node:child_process";
import { createDecipheriv, createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { HubError } from "../../../src/error.ts";
import type { BatchDocument } from "../../../src/ksef/batch/archive.ts";
import { packBatch, type BatchPackage, type Compression } from "../../../src/ksef/batch/package.ts";
import { newSessionKey } from "../../../src/ksef/encryption.ts";
import { temporaryFolder } from "../../adapters/folder.ts";
import { invoices, stream } from "./invoices.ts";

const key = newSessionKey();
let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder();
});

async function archiveOf({ parts }: BatchPackage): Promise<Buffer> {
  const plain = parts.map(async ({ path }) => {
    const cipher = createDecipheriv("aes-256-cbc", key.key, key.iv);
    return Buffer.concat([cipher.update(await readFile(path)), cipher.final()]);
  });
  return Buffer.concat(await Promise.all(plain));
}

/** Each prints the name, SHA-256, date and permissions of each file of the archive it is given. */
const python = {
  zip: `
import hashlib, json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    print(json.dumps([[file.filename, hashlib.sha256(archive.read(file)).hexdigest(), list(file.date_time),
        file.external_attr >> 16 & 0o777] for file in archive.infolist()]))`,
  tarGz: `
import hashlib, json, sys, tarfile, time
with tarfile.open(sys.argv[1], "r:gz") as archive:
    print(json.dumps([[file.name, hashlib.sha256(archive.extractfile(file).read()).hexdigest(),
        list(time.gmtime(file.mtime)[:6]), file.mode] for file in archive]))`,
};
const firstDay = { zip: [1980, 1, 1, 0, 0, 0], tarGz: [1970, 1, 1, 0, 0, 0] };
const mode = { zip: 0o664, tarGz: 0o644 };
const noPython = spawnSync("python3", ["--version"]).status !== 0;

describe.each<Compression>(["tarGz", "zip"])("a package as %s", (compression) => {
  const pack = (documents: AsyncIterable<BatchDocument>, limits = {}) =>
    packBatch(documents, { folder, key, compression, limits });

  it.skipIf(noPython)("is read by Python, to the byte (skipped without python3)", async () => {
    const documents = [...invoices(300), { name: "large.xml", content: Buffer.alloc(3_000_000, "abc") }];
    await using batch = await pack(stream(documents), { partSize: 5_000, parts: 200 });
    expect(batch.parts.length).toBeGreaterThan(1);
    const path = join(folder, "whole");
    await writeFile(path, await archiveOf(batch));
    const listed: unknown = JSON.parse(execFileSync("python3", ["-c", python[compression], path]).toString());
    const expected = documents.map(({ name, content }) => [
      name,
      createHash("sha256").update(content).digest("hex"),
      firstDay[compression],
      mode[compression],
    ]);
    expect(listed).toEqual(expected);
  });

  it("declares its size and hash, and is the same each time", async () => {
    const seen = new Set<string>();
    for (const partSize of [1_000, 100_000]) {
      await using batch = await pack(stream(invoices(50)), { partSize });
      const archive = await archiveOf(batch);
      expect(batch).toMatchObject({ compression, invoices: 50, size: archive.byteLength });
      expect(batch.parts.length).toBe(Math.ceil(archive.byteLength / partSize));
      expect(batch.sha256).toBe(createHash("sha256").update(archive).digest("base64"));
      seen.add(batch.sha256);
    }
    expect(seen.size).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });

  it("asks for no document long before there is room for it", async () => {
    // Nothing of a hundred incompressible megabytes is read once the package has gone beyond its limit.
    let read = 0;
    const endless = async function* () {
      for (let seed = 1; ; seed++, read++) yield { name: `${seed}.xml`, content: incompressible(seed) };
    };
    const packed = pack(endless(), { packageSize: 5_000_000 });
    await expect(packed).rejects.toMatchObject({ code: "batch.too-large" });
    expect(read).toBeLessThan(15);
    expect(await readdir(folder)).toEqual([]);
  });

  it("leaves nothing behind when a document cannot be had, or packing is cancelled", async () => {
    await expect(pack(broken())).rejects.toMatchObject({ code: "archive.missing" });
    const cancel = new AbortController();
    let ended = false;
    const slow = async function* () {
      try {
        yield* invoices(5);
        cancel.abort();
        yield* invoices(3_000, "late");
      } finally {
        ended = true;
      }
    };
    const options = { folder, key, compression, signal: cancel.signal };
    await expect(packBatch(slow(), options)).rejects.toThrow("aborted");
    await expect.poll(() => ended).toBe(true);
    expect(await readdir(folder)).toEqual([]);
  });
});

/** A megabyte that is another for each seed. */
function incompressible(seed: number): Buffer {
  const content = Buffer.alloc(1_000_000);
  let state = seed;
  for (let at = 0; at < content.length; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    content.writeInt32LE(state ^ (state >>> 16), at);
  }
  return content;
}

async function* broken(): AsyncGenerator<BatchDocument> {
  yield* invoices(5);
  throw new HubError("archive.missing", "The archive has lost a document.");
}
