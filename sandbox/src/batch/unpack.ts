import { createHash } from "node:crypto";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { fromBufferPromise, validateFileName } from "yauzl";
import type { Batch } from "../state.ts";
import { PackageFault } from "./package-fault.ts";

/** A file of the package. */
export interface PackedFile {
  name: string;
  size: number;
  /** SHA-256 in Base64. */
  sha256: string;
  /** Absent when the file is larger than was asked for. */
  content?: Buffer;
}

/** No honest package holds more: KSeF's limits for a part and for a package, here for what is unpacked from them. */
const [largestFile, largestSum] = [100_000_000, 5_000_000_000];

/** The files of an archive one after another, with the content of those up to `largest` bytes. Throws PackageFault 430. */
export async function* unpack(
  archive: Buffer,
  compression: Batch["compression"],
  largest: number,
): AsyncGenerator<PackedFile> {
  const names = new Set<string>();
  let sum = 0;
  try {
    for await (const { name, size, open } of compression === "Zip" ? zipFiles(archive) : tarFiles(archive)) {
      const wrongName = validateFileName(name);
      if (wrongName) refuse(wrongName);
      if (names.has(name)) refuse(`Plik ${name} występuje dwa razy.`);
      names.add(name);
      sum += size;
      if (size > largestFile || sum > largestSum) refuse(`Plik ${name} jest za duży.`);
      yield { name, ...(await read(await open(), largest)) };
    }
  } catch (error) {
    // Only the libraries for archives are called here, and they throw plain errors for what they cannot read.
    throw error instanceof PackageFault ? error : new PackageFault(430, String(error));
  }
}

interface Packed {
  name: string;
  /** As the archive says; its library checks that it is true. */
  size: number;
  open: () => Promise<AsyncIterable<Buffer>> | AsyncIterable<Buffer>;
}

async function* zipFiles(archive: Buffer): AsyncGenerator<Packed> {
  const zip = await fromBufferPromise(archive, { strictFileNames: true });
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith("/")) continue;
    if (entry.isEncrypted()) refuse(`Plik ${entry.fileName} jest zaszyfrowany hasłem.`);
    yield {
      name: entry.fileName,
      size: entry.uncompressedSize,
      open: () => zip.openReadStreamPromise(entry),
    };
  }
}

async function* tarFiles(archive: Buffer): AsyncGenerator<Packed> {
  const tar = extract();
  // Errors on the way also end the iteration below.
  pipeline(Readable.from([archive]), createGunzip(), bounded, tar, () => undefined);
  for await (const entry of tar) {
    const { name, type, size } = entry.header;
    if (type !== "file" && type !== "contiguous-file" && type !== "directory")
      refuse(`${name} nie jest zwykłym plikiem.`);
    if (type === "directory") entry.resume();
    else yield { name, size, open: () => entry as AsyncIterable<Buffer> };
  }
}

/** Ends a stream that unpacks to more than any honest package. */
async function* bounded(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let sum = 0;
  for await (const chunk of chunks) {
    sum += chunk.length;
    if (sum > largestSum) refuse("Archiwum jest za duże.");
    yield chunk;
  }
}

async function read(stream: AsyncIterable<Buffer>, largest: number): Promise<Omit<PackedFile, "name">> {
  const hash = createHash("sha256");
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    hash.update(chunk);
    if (size <= largest) chunks.push(chunk);
  }
  return { size, sha256: hash.digest("base64"), ...(size <= largest && { content: Buffer.concat(chunks) }) };
}

function refuse(reason: string): never {
  throw new PackageFault(430, reason);
}
