import { execFileSync, spawnSync } from "node:child_process";
import { createDecipheriv, createHash } from "node:crypto";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { HubError } from "../../../src/error.ts";
import { namedByHash, type BatchDocument } from "../../../src/ksef/batch/archive.ts";
import { packBatch, type BatchPackage } from "../../../src/ksef/batch/package.ts";
import { newSessionKey } from "../../../src/ksef/encryption.ts";
import { temporaryFolder } from "../../adapters/folder.ts";
import { invoices, stream } from "./invoices.ts";

const key = newSessionKey();
let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder();
});

const pack = (documents: AsyncIterable<BatchDocument>, limits = {}) =>
  packBatch(documents, { folder, key, limits });

const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("base64");

async function archiveOf({ parts }: BatchPackage): Promise<Buffer> {
  const plain = parts.map(async ({ path }) => {
    const cipher = createDecipheriv("aes-256-cbc", key.key, key.iv);
    return Buffer.concat([cipher.update(await readFile(path)), cipher.final()]);
  });
  return Buffer.concat(await Promise.all(plain));
}

describe("a package", () => {
  it("declares what its files are: sizes, hashes, parts of the size that was asked for", async () => {
    await using batch = await pack(stream(invoices(50)), { partSize: 1_000 });
    const archive = await archiveOf(batch);
    expect(batch.invoices).toBe(50);
    expect(batch.size).toBe(archive.byteLength);
    expect(batch.sha256).toBe(digest(archive));
    expect(batch.parts.map(({ ordinal }) => ordinal)).toEqual(
      Array.from({ length: Math.ceil(archive.byteLength / 1_000) }, (_, index) => index + 1),
    );
    for (const { path, size, sha256 } of batch.parts) {
      const bytes = await readFile(path);
      expect([size, sha256]).toEqual([bytes.byteLength, digest(bytes)]);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
    }
    // PKCS#7 fills 1,000 bytes up to the next whole block of 16.
    expect(new Set(batch.parts.slice(0, -1).map(({ size }) => size))).toEqual(new Set([1_008]));
  });

  it("is the same archive each time, and its files go with it", async () => {
    const hashes: string[] = [];
    for (const partSize of [1_000, 100_000]) {
      await using batch = await pack(stream(invoices(20)), { partSize });
      hashes.push(batch.sha256);
    }
    expect(hashes[0]).toBe(hashes[1]);
    expect(await readdir(folder)).toEqual([]);
  });

  it("names a document by its hash", () => {
    // SHA-256 of the empty string.
    const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    expect(namedByHash(new Uint8Array()).name).toBe(`${empty}.xml`);
  });

  const noTar = spawnSync("tar", ["--version"]).error !== undefined;
  it.skipIf(noTar)("is read by tar, to the byte (skipped without tar)", async () => {
    const documents = invoices(30);
    await using batch = await pack(stream(invoices(30)), { partSize: 2_000 });
    const path = join(folder, "whole.tar.gz");
    await writeFile(path, await archiveOf(batch));
    const listed = execFileSync("tar", ["--list", "--gzip", "--file", path]).toString().trim().split("\n");
    expect(listed).toEqual(documents.map(({ name }) => name));
    execFileSync("tar", ["--extract", "--gzip", "--file", path, "--directory", folder]);
    for (const { name, content } of documents)
      expect(await readFile(join(folder, name))).toEqual(Buffer.from(content));
  });
});

describe("nothing is left on disk, and nothing is read further, when", () => {
  it("there are more than 10,000 invoices", async () => {
    const content = new Uint8Array(1);
    const endless = async function* () {
      for (let index = 0; ; index++) yield { name: `${index}.xml`, content };
    };
    const { error, code, read } = await failure(endless());
    expect([code, read]).toEqual(["batch.too-large", 10_001]);
    expect(error.message).toBe("The batch has more than 10000 invoices.");
  });

  it("the archive or the number of its parts goes beyond a limit", async () => {
    const packageSize = await failure(stream(invoices(2_000)), { packageSize: 500 });
    expect([packageSize.code, packageSize.error.message]).toEqual([
      "batch.too-large",
      "The batch has more than 500 bytes when compressed.",
    ]);
    const parts = await failure(stream(invoices(100)), { parts: 2, partSize: 500 });
    expect([parts.code, parts.error.message]).toEqual([
      "batch.too-large",
      "The batch has more than 2 parts of 500 bytes.",
    ]);
  });

  it.each(["../a.xml", "/a.xml", "a/b.xml", "", ".xml", "a".repeat(101), "ż.xml"])(
    "a name is unsafe: %s",
    async (name) => {
      const one = async function* () {
        yield { name, content: new Uint8Array(1) };
      };
      expect((await failure(one())).code).toBe("RangeError");
    },
  );

  it("a name is there twice, or there is no invoice at all, or a part is to be larger than 100 MB", async () => {
    expect(await failure(stream([...invoices(3), ...invoices(1)]))).toMatchObject({
      code: "RangeError",
      read: 4,
    });
    expect((await failure(stream(invoices(0)))).code).toBe("RangeError");
    expect((await failure(stream(invoices(1)), { partSize: 100_000_001 })).code).toBe("RangeError");
  });

  it("a document cannot be had", async () => {
    expect(await failure(broken())).toMatchObject({ code: "archive.missing", read: 5 });
  });

  it("packing is cancelled", async () => {
    const cancel = new AbortController();
    const slow = async function* () {
      yield* invoices(5);
      cancel.abort();
      yield* invoices(3_000, "late");
    };
    const options = { folder, key, signal: cancel.signal };
    await expect(packBatch(slow(), options)).rejects.toThrow("aborted");
    expect(await readdir(folder)).toEqual([]);
  });

  it("the folder cannot be written to", async () => {
    await writeFile(join(folder, "file"), "");
    const options = { folder: join(folder, "file"), key };
    await expect(packBatch(stream(invoices(1)), options)).rejects.toMatchObject({
      code: "storage.unavailable",
    });
  });
});

/** What it failed with, and how many documents had been asked for. */
async function failure(documents: AsyncIterable<BatchDocument>, limits = {}) {
  let read = 0;
  const counted = async function* () {
    for await (const document of documents) {
      read++;
      yield document;
    }
  };
  const thrown: unknown = await pack(counted(), limits).catch((error: unknown) => error);
  expect(await readdir(folder)).toEqual([]);
  if (!(thrown instanceof Error)) throw new Error("it did not fail");
  return { error: thrown, code: thrown instanceof HubError ? thrown.code : thrown.name, read };
}

async function* broken(): AsyncGenerator<BatchDocument> {
  yield* invoices(5);
  throw new HubError("archive.missing", "The archive has lost a document.");
}
