import { pack } from "tar-stream";
import { sha256 } from "../encryption.ts";
import { inPieces } from "./pieces.ts";

/** A file of a package. KSeF gives its `name` back as `invoiceFileName`. */
export interface BatchDocument {
  name: string;
  content: Uint8Array;
}

/** A document under a name made of its SHA-256 in hexadecimal: both the hash and the name in KSeF's answers lead to it. */
export const namedByHash = (content: Uint8Array): BatchDocument => ({
  name: `${Buffer.from(sha256(content), "base64").toString("hex")}.xml`,
  content,
});

/**
 * The tar archive of the documents, made while it is read: no document is asked for before there is room for it. The
 * same documents give the same bytes. Throws what `documents` throws.
 */
export async function* tarOf(documents: AsyncIterable<BatchDocument>): AsyncGenerator<Buffer> {
  const tar = pack();
  fill(tar, documents).catch((error: unknown) => tar.destroy(error as Error));
  yield* inPieces(tar as AsyncIterable<Uint8Array>);
}

async function fill(tar: ReturnType<typeof pack>, documents: AsyncIterable<BatchDocument>): Promise<void> {
  for await (const { name, content } of documents) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    tar.entry({ name, mtime: new Date(0) }, bytes, (error) => (error ? reject(error) : resolve()));
    await promise;
  }
  tar.finalize();
}
