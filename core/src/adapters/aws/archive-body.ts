import type { Readable } from "node:stream";
import type { GetObjectCommandOutput } from "@aws-sdk/client-s3";
import { HubError } from "../../error.ts";
import { compositeHash, partBytes } from "./archive-checksum.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * What S3 gives, checked while it is read: the SDK checks a whole object, and this one that was put there in parts of
 * 8 MB. Bytes that differ or break off end in `storage.unavailable`.
 */
export async function* bytesOf(stored: GetObjectCommandOutput, bucket: string): AsyncGenerator<Bytes> {
  const expected = compositeIn(stored);
  const hash = compositeHash();
  try {
    for await (const piece of bodyOf(stored)) {
      if (expected !== undefined) hash.update(piece);
      yield piece;
    }
    if (expected !== undefined && hash.digest() !== expected) throw new Error("Checksum mismatch");
  } catch (cause) {
    const message = `What the bucket ${bucket} gives breaks off or does not match its checksum.`;
    throw new HubError("storage.unavailable", message, { cause });
  }
}

/** Read as fast as the reader takes it; cancelling ends the request. */
export function streamOf(stored: GetObjectCommandOutput, bucket: string): ReadableStream<Bytes> {
  const pieces = bytesOf(stored, bucket);
  return new ReadableStream(
    {
      pull: async (controller) => {
        const { value, done } = await pieces.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      // The body itself and not only its iterator, which would wait for the next piece.
      cancel: () => void bodyOf(stored).destroy(),
    },
    { highWaterMark: 0 },
  );
}

/** On Node the SDK gives a Readable; a socket's buffers are never shared memory. */
function bodyOf({ Body }: GetObjectCommandOutput) {
  return Body as Readable & AsyncIterable<Bytes>;
}

function compositeIn({ ChecksumSHA256, ContentLength = 0 }: GetObjectCommandOutput): string | undefined {
  return ChecksumSHA256?.endsWith(`-${Math.ceil(ContentLength / partBytes)}`) ? ChecksumSHA256 : undefined;
}
