import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { SessionKey } from "../encryption.ts";
import { tarOf, type BatchDocument } from "./archive.ts";
import { atMost, batchLimits, type BatchLimits } from "./limits.ts";
import { onDisk } from "./on-disk.ts";
import { createPart, type BatchPart, type PartFile } from "./part-file.ts";

/** An archive, cut and encrypted. `size` in bytes and `sha256` in Base64 are those of the archive as a whole. */
export interface BatchPackage extends AsyncDisposable {
  compression: Compression;
  size: number;
  sha256: string;
  invoices: number;
  parts: BatchPart[];
  /** Removes the files. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** The kinds of archive KSeF takes. A tar.gz is about as large as a zip and made in less time. */
export type Compression = "tarGz" | "zip";

export interface PackOptions {
  /** The parts get a folder of their own in it. What a crash leaves there is of no use to anybody: the key is gone. */
  folder: string;
  key: SessionKey;
  /** `tarGz` when left out. */
  compression?: Compression | undefined;
  limits?: Partial<BatchLimits> | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Packs documents in one pass, only a few in memory at a time: archive, SHA-256, cut into parts, each encrypted into a
 * file. Leaves no file behind when it throws: `batch.too-large` before anything beyond a limit is written,
 * `storage.unavailable`, RangeError for a name that is unsafe or there twice. Source: ksef-docs, sesja-wsadowa.md.
 */
export async function packBatch(
  documents: AsyncIterable<BatchDocument>,
  { folder, key, compression = "tarGz", limits: changed, signal }: PackOptions,
): Promise<BatchPackage> {
  const limits = { ...batchLimits, ...changed };
  if (!(limits.partSize >= 1 && limits.partSize <= batchLimits.partSize))
    throw new RangeError(`A part cannot have ${limits.partSize} bytes.`);
  await onDisk(mkdir(folder, { recursive: true }));
  const own = await onDisk(mkdtemp(join(folder, "batch-")));
  const remove = () => onDisk(rm(own, { recursive: true, force: true }));
  let cutting: ReturnType<typeof intoParts> | undefined;
  try {
    const names = new Set<string>();
    const files = checked(documents, limits, names);
    const cut = (chunks: AsyncIterable<Buffer>) => (cutting = intoParts(chunks, limits, key, own));
    const written =
      compression === "zip"
        ? await pipeline(await zipped(files), cut, { signal })
        : await pipeline(tarOf(files), createGzip(ahead), cut, { signal });
    return { ...written, compression, invoices: names.size, [Symbol.asyncDispose]: remove };
  } catch (error) {
    // It may be writing still.
    await Promise.allSettled([cutting]);
    await remove();
    throw error;
  }
}

/** Its library is loaded by those who want it. */
const zipped = async (files: AsyncIterable<BatchDocument>) => (await import("./zip.ts")).zipOf(files);

/** Compression runs in a thread of its own: each change of threads costs, and input ahead of it saves waiting. */
const ahead = { chunkSize: 512 * 1024, highWaterMark: 1024 * 1024 };

async function* checked(
  documents: AsyncIterable<BatchDocument>,
  limits: BatchLimits,
  names: Set<string>,
): AsyncGenerator<BatchDocument> {
  for await (const document of documents) {
    const { name } = document;
    atMost(limits.invoices, names.size + 1, "invoices");
    if (!plainName.test(name)) throw new RangeError(`No file of a batch can be called ${name}.`);
    if (names.has(name)) throw new RangeError(`Two files of a batch are called ${name}.`);
    names.add(name);
    yield document;
  }
  if (names.size === 0) throw new RangeError("A batch without invoices cannot be sent.");
}

/** As long as a plain tar header has room for; KSeF gives back 128 characters. */
const plainName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

async function intoParts(
  archive: AsyncIterable<Buffer>,
  limits: BatchLimits,
  key: SessionKey,
  folder: string,
): Promise<Pick<BatchPackage, "size" | "sha256" | "parts">> {
  const hash = createHash("sha256");
  const parts: BatchPart[] = [];
  let [size, room]: [number, number] = [0, 0];
  let part: PartFile | undefined;
  try {
    for await (const chunk of archive) {
      size += chunk.byteLength;
      atMost(limits.packageSize, size, "bytes when compressed");
      hash.update(chunk);
      for (let rest = chunk; rest.byteLength > 0;) {
        if (part === undefined) {
          const ordinal = parts.length + 1;
          atMost(limits.parts, ordinal, `parts of ${limits.partSize} bytes`);
          part = await createPart(join(folder, `part-${ordinal}`), ordinal, key);
          room = limits.partSize;
        }
        const piece = rest.subarray(0, room);
        await part.write(piece);
        rest = rest.subarray(piece.byteLength);
        room -= piece.byteLength;
        if (room > 0) continue;
        parts.push(await part.finish());
        part = undefined;
      }
    }
    if (part !== undefined) parts.push(await part.finish());
    return { size, sha256: hash.digest("base64"), parts };
  } finally {
    await part?.close();
  }
}
