import { createHash } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
  type CompletedPart,
  type PutObjectCommandInput,
  type S3Client,
} from "@aws-sdk/client-s3";
import { compositeOf, partBytes } from "./archive-checksum.ts";
import { answered, archiveFailure } from "./archive-client.ts";

/** SHA-256 as S3 gives it, in base64: of all bytes and, of an upload in parts, the checksum of the parts' checksums. */
export interface Digest {
  size: number;
  ofAll: string;
  ofParts?: string;
}

/** Bucket, key and protection of the object to be. */
export type NewObject = Omit<PutObjectCommandInput, "Body"> & { Bucket: string; Key: string };

/**
 * Writes the object if there is none (`written`): up to 8 MB with one request, beyond that in parts, of which no more than a
 * few are in memory. When the content or a request fails, the parts are removed.
 */
export async function upload(
  client: S3Client,
  object: NewObject,
  content: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<{ written: boolean; digest: Digest }> {
  // Disposed of, so that the content is closed whatever happens.
  await using parts = partsOf(content instanceof Uint8Array ? [content] : content);
  const [first, second] = [await parts.next(), await parts.next()];
  if (second.done !== true)
    return await uploadParts(client, object, chain([first.value, second.value], parts));
  const Body = first.value ?? new Uint8Array();
  const ofAll = createHash("sha256").update(Body).digest("base64");
  const put = new PutObjectCommand({ ...object, Body, ChecksumSHA256: ofAll, IfNoneMatch: "*" });
  return { written: await isFirst(client.send(put), object), digest: { size: Body.length, ofAll } };
}

async function uploadParts(client: S3Client, object: NewObject, parts: AsyncIterable<Uint8Array>) {
  const { Bucket, Key } = object;
  const begin = new CreateMultipartUploadCommand({ ...object, ChecksumAlgorithm: "SHA256" });
  const { UploadId } = await answered(client.send(begin), Bucket);
  const target = { Bucket, Key, UploadId };
  let written = false;
  try {
    const all = createHash("sha256");
    const [sums, Parts]: [Uint8Array[], CompletedPart[]] = [[], []];
    let size = 0;
    for await (const Body of parts) {
      const sum = createHash("sha256").update(Body).digest();
      const part = { PartNumber: sums.push(sum), ChecksumSHA256: sum.toString("base64") };
      const send = new UploadPartCommand({ ...target, ...part, Body });
      const { ETag } = await answered(client.send(send), Bucket);
      Parts.push({ ...part, ETag });
      all.update(Body);
      size += Body.length;
    }
    const complete = new CompleteMultipartUploadCommand({
      ...target,
      MultipartUpload: { Parts },
      IfNoneMatch: "*",
    });
    written = await isFirst(client.send(complete), object);
    return { written, digest: { size, ofAll: all.digest("base64"), ofParts: compositeOf(sums) } };
  } finally {
    // What went wrong before says more than why the parts could not be removed; the bucket's lifecycle rule removes them then.
    if (!written) await Promise.allSettled([client.send(new AbortMultipartUploadCommand(target))]);
  }
}

/** False: an object is there, or another writer's is about to be, or this upload has ended and the answer was lost. */
async function isFirst(answer: Promise<unknown>, { Bucket }: NewObject): Promise<boolean> {
  try {
    await answer;
    return true;
  } catch (thrown) {
    if (thrown instanceof Error && others.has(thrown.name)) return false;
    throw archiveFailure(thrown, Bucket);
  }
}

const others = new Set(["PreconditionFailed", "ConditionalRequestConflict", "NoSuchUpload"]);

/** All of the same length but the last; none is empty. */
async function* partsOf(
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let room = partBytes;
  for await (const piece of pieces)
    for (let at = 0; at < piece.length;) {
      const taken = piece.subarray(at, at + room);
      held.push(taken);
      at += taken.length;
      room -= taken.length;
      if (room > 0) continue;
      yield Buffer.concat(held);
      [held, room] = [[], partBytes];
    }
  if (held.length > 0) yield Buffer.concat(held);
}

async function* chain<T>(first: T[], rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield* first;
  yield* rest;
}
