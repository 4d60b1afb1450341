import { once } from "node:events";
import { Readable } from "node:stream";
import { ZipFile } from "yazl";
import type { BatchDocument } from "./archive.ts";
import { inPieces } from "./pieces.ts";

/**
 * The zip archive of the documents, made while it is read: no document is asked for before there is room for it. The
 * same documents give the same bytes. Throws what `documents` throws.
 */
export async function* zipOf(documents: AsyncIterable<BatchDocument>): AsyncGenerator<Buffer> {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  fill(zip, output, documents).catch((error: unknown) => output.destroy(error as Error));
  yield* inPieces(output);
}

async function fill(zip: ZipFile, output: Readable, documents: AsyncIterable<BatchDocument>): Promise<void> {
  let content: Readable | undefined;
  // The list of entries keeps this until the end: a function of each document's own would keep its content as well.
  const read = (give: (error: unknown, stream: Readable) => void) => content && give(undefined, content);
  output.once("close", () => content?.destroy());
  for await (const document of documents) {
    if (output.destroyed) return;
    const { buffer, byteOffset, byteLength } = document.content;
    content = Readable.from([Buffer.from(buffer, byteOffset, byteLength)]);
    const done = once(content, "close");
    unpooled(() => zip.addReadStreamLazy(document.name, entry, read));
    await done;
  }
  zip.end();
}

/** Zip knows only local time; this is the same hour everywhere. */
const entry = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true };

/** The library keeps each name to the end as a piece of Node's pool for small buffers, and 64 KB of the pool with it. */
function unpooled(work: () => void): void {
  const { poolSize } = Buffer;
  Buffer.poolSize = 0;
  try {
    work();
  } finally {
    Buffer.poolSize = poolSize;
  }
}
