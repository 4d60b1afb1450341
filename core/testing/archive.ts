import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import type { Archive } from "../src/ports.ts";
import type { It } from "./it.ts";

/**
 * What every `Archive` must do: give back the very bytes, whole or in pieces, never replace them, take the same bytes
 * twice, let one of several writers of one key win, keep nothing of a stream that fails, and refuse what is not a key.
 * `open` may give the same archive each time and need not clear it: every test works under keys of its own.
 */
export function archiveContract(it: It, open: () => Promise<Archive>): void {
  it("gives back the bytes, and undefined for what it does not have", async () => {
    const archive = await open();
    const key = `${folder()}/A-z_0.9=/faktura.xml`;
    const bytes = Buffer.from("<Faktura>zażółć</Faktura>\r\n\u0000");
    await archive.put(key, bytes);
    same(await archive.get(key), bytes);
    assert.equal(await archive.get(`${key}.missing`), undefined);
    assert.equal(await archive.get(key.slice(0, key.lastIndexOf("/"))), undefined);
    assert.equal(await archive.get(`${key}/below`), undefined);
  });

  it("keeps an empty blob and one of 3 MB, also a part of a larger buffer", async () => {
    const archive = await open();
    const at = folder();
    const large = new Uint8Array(randomBytes(3 * 1024 * 1024 + 7));
    const blobs = { empty: new Uint8Array(), large, part: large.subarray(1000, 2000) };
    for (const [name, bytes] of Object.entries(blobs)) await archive.put(`${at}/${name}`, bytes);
    for (const [name, bytes] of Object.entries(blobs)) same(await archive.get(`${at}/${name}`), bytes);
    await archive.put(`${at}/empty`, new Uint8Array());
    await assert.rejects(archive.put(`${at}/empty`, large), { code: "archive.conflict" });
  });

  it("takes the same bytes again, refuses others and keeps the first", async () => {
    const archive = await open();
    const key = `${folder()}/immutable`;
    const first = Buffer.from("first");
    await archive.put(key, first);
    await archive.put(key, Buffer.from("first"));
    for (const other of ["First", "first ", "firs", ""])
      await assert.rejects(archive.put(key, Buffer.from(other)), { code: "archive.conflict" });
    same(await archive.get(key), first);
  });

  it("lets 20 writers of the same bytes all succeed", async () => {
    const archive = await open();
    const key = `${folder()}/new/deep/same`;
    const bytes = randomBytes(20_000);
    await Promise.all(Array.from({ length: 20 }, () => archive.put(key, bytes)));
    same(await archive.get(key), bytes);
  });

  it("lets one of 20 writers of different bytes win and tells the others", async () => {
    const archive = await open();
    const key = `${folder()}/contested`;
    const blobs = Array.from({ length: 20 }, () => randomBytes(20_000));
    const outcomes = await Promise.allSettled(blobs.map((bytes) => archive.put(key, bytes)));
    const winner = outcomes.findIndex(({ status }) => status === "fulfilled");
    same(await archive.get(key), blobs[winner] ?? assert.fail("nobody won"));
    for (const [writer, outcome] of outcomes.entries())
      if (outcome.status === "rejected") assert.equal(outcome.reason.code, "archive.conflict");
      else assert.equal(writer, winner, "only one wins");
  });

  it("never shows a blob that is only partly written", async () => {
    const archive = await open();
    const key = `${folder()}/whole`;
    const bytes = randomBytes(3 * 1024 * 1024);
    const progress = { written: false };
    const write = archive.put(key, bytes).finally(() => {
      progress.written = true;
    });
    while (!progress.written) {
      const seen = await archive.get(key);
      if (seen !== undefined) same(seen, bytes);
    }
    await write;
    same(await archive.get(key), bytes);
  });

  it("takes a stream of pieces of any length, and of none", async () => {
    const archive = await open();
    const at = folder();
    const large = randomBytes(17 * 1024 * 1024 + 3);
    await archive.put(`${at}/large`, inPieces(large, 999_983));
    same(await archive.get(`${at}/large`), large);
    await archive.put(`${at}/small`, inPieces(large.subarray(0, 1000), 7));
    same(await archive.get(`${at}/small`), large.subarray(0, 1000));
    await archive.put(`${at}/none`, inPieces(new Uint8Array(), 1));
    same(await archive.get(`${at}/none`), new Uint8Array());
  });

  it("takes the same bytes again whichever way they come, and refuses a stream of others", async () => {
    const archive = await open();
    const at = folder();
    for (const bytes of [randomBytes(10), randomBytes(9 * 1024 * 1024)]) {
      const key = `${at}/${bytes.length}`;
      await archive.put(key, inPieces(bytes, 3_000_000));
      await archive.put(key, inPieces(bytes, 2_000_001));
      await archive.put(key, bytes);
      const other = Buffer.from(bytes);
      other.writeUInt8(other.readUInt8(5) ^ 1, 5);
      for (const different of [other, bytes.subarray(1), Buffer.concat([bytes, bytes])])
        await assert.rejects(archive.put(key, inPieces(different, 3_000_000)), { code: "archive.conflict" });
      same(await archive.get(key), bytes);
    }
  });

  it("keeps nothing of a stream that fails, and tells why it failed", async () => {
    const archive = await open();
    const at = folder();
    for (const length of [0, 100, 9 * 1024 * 1024]) {
      const key = `${at}/${length}`;
      const failure = new Error("The sender has gone away.");
      await assert.rejects(archive.put(key, inPieces(randomBytes(length), 1_000_000, failure)), failure);
      assert.equal(await archive.get(key), undefined);
      await archive.put(key, Buffer.from("whole"));
      same(await archive.get(key), Buffer.from("whole"));
    }
  });

  it("gives a blob in pieces, and undefined for what it does not have", async () => {
    const archive = await open();
    const at = folder();
    for (const bytes of [new Uint8Array(), randomBytes(17 * 1024 * 1024 + 3)]) {
      await archive.put(`${at}/${bytes.length}`, inPieces(bytes, 5_000_000));
      const stream = await archive.stream(`${at}/${bytes.length}`);
      assert.ok(stream !== undefined, "the blob is there");
      same(Buffer.concat(await gathered(stream)), bytes);
    }
    assert.equal(await archive.stream(`${at}/missing`), undefined);
  });

  it("lets a reader stop in the middle of a blob", async () => {
    const archive = await open();
    const key = `${folder()}/half-read`;
    const bytes = randomBytes(3 * 1024 * 1024);
    await archive.put(key, bytes);
    const reader = (await archive.stream(key))?.getReader() ?? assert.fail("the blob is not there");
    const { value } = await reader.read();
    assert.ok(value !== undefined && Buffer.compare(value, bytes.subarray(0, value.length)) === 0);
    await reader.cancel();
    await (await archive.stream(key))?.cancel();
    same(await archive.get(key), bytes);
  });

  it("refuses what is not a key, for writing and for reading", async () => {
    const archive = await open();
    for (const key of badKeys) {
      const what = JSON.stringify(key.slice(0, 40));
      await assert.rejects(archive.put(key, Buffer.from("x")), { code: "archive.key" }, `put ${what}`);
      await assert.rejects(archive.get(key), { code: "archive.key" }, `get ${what}`);
      await assert.rejects(archive.stream(key), { code: "archive.key" }, `stream ${what}`);
    }
  });

  it("takes the longest key, and names that only look like special ones", async () => {
    const archive = await open();
    const start = `${folder()}/`;
    const longest = start + `${"k".repeat(99)}/`.repeat(10).slice(0, 1024 - start.length - 1) + "k";
    for (const key of [
      longest,
      `${start}...`,
      `${start}.hidden`,
      `${start}a..b`,
      `${start}-rf`,
      `${start}=`,
    ]) {
      await archive.put(key, Buffer.from(key));
      same(await archive.get(key), Buffer.from(key));
    }
  });
}

function folder(): string {
  return `contract/${randomUUID()}`;
}

const badKeys = [
  "",
  "/",
  "/a",
  "a/",
  "a//b",
  ".",
  "..",
  "../a",
  "a/..",
  "a/../b",
  "a/./b",
  "a b",
  "a\\b",
  "a\u0000b",
  "a\n",
  "ż",
  "a:b",
  "a%2e",
  "a~b",
  "a*",
  "k/".repeat(512) + "k",
];

/** The bytes piece by piece, an empty piece in between; then the failure, if there is one. */
async function* inPieces(bytes: Uint8Array, length: number, failure?: Error): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) {
    yield bytes.subarray(at, at + length);
    yield new Uint8Array();
  }
  if (failure !== undefined) throw failure;
}

async function gathered(stream: ReadableStream<Uint8Array>): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return pieces;
}

function same(actual: Uint8Array | undefined, expected: Uint8Array): void {
  assert.ok(actual !== undefined, "the blob is there");
  assert.equal(actual.byteLength, expected.byteLength);
  assert.ok(Buffer.compare(actual, expected) === 0, "the bytes are the same");
}
