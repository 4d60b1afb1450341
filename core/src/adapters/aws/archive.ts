import { createHash } from "node:crypto";
import { GetObjectCommand, HeadObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { HubError } from "../../error.ts";
import type { Archive, Clock } from "../../ports.ts";
import { requireBlobKey } from "../blob-key.ts";
import { bytesOf, streamOf } from "./archive-body.ts";
import { answered, archiveFailure } from "./archive-client.ts";
import { upload, type Digest } from "./archive-upload.ts";

export interface ArchiveOptions {
  /** From `archiveClient`. */
  client: S3Client;
  /** The hub's alone. Without `s3:ListBucket` S3 says "denied" of a key that is not there. */
  bucket: string;
  clock: Clock;
  /** Encrypts under this KMS key instead of the bucket's default. */
  kmsKeyId?: string | undefined;
  /** For a bucket with object lock: for so long nobody (`COMPLIANCE`) or only who may bypass it can delete a blob. */
  retention?: { mode: "GOVERNANCE" | "COMPLIANCE"; days: number } | undefined;
}

/**
 * Blobs as objects of a bucket, written with `If-None-Match: *`. S3 checks the SHA-256 of what arrives, and what it gives
 * back is checked against it: other bytes are `storage.unavailable`. What is longer than 8 MB goes up in parts.
 */
export function archiveOnS3({ client, bucket: Bucket, clock, ...how }: ArchiveOptions): Archive {
  const open = async (Key: string) => {
    try {
      return await client.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }));
    } catch (thrown) {
      if (thrown instanceof Error && thrown.name === "NoSuchKey") return undefined;
      throw archiveFailure(thrown, Bucket);
    }
  };

  /** One HeadObject where S3 knows a checksum that tells; the object is read only when other tools have written it. */
  const holds = async (Key: string, { size, ofAll, ofParts }: Digest): Promise<boolean> => {
    const head = await client.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }));
    if (head.ContentLength !== size) return false;
    if (head.ChecksumSHA256 === (ofParts ?? ofAll)) return true;
    if (head.ChecksumSHA256 !== undefined && head.ChecksumType === "FULL_OBJECT")
      return head.ChecksumSHA256 === ofAll;
    const hash = createHash("sha256");
    for await (const piece of bytesOf(await client.send(new GetObjectCommand({ Bucket, Key })), Bucket))
      hash.update(piece);
    return hash.digest("base64") === ofAll;
  };

  return {
    put: async (key, content) => {
      requireBlobKey(key);
      const object = { Bucket, Key: key, ...protection(how, clock) };
      const { written, digest } = await upload(client, object, content);
      if (written) return;
      if (await answered(holds(key, digest), Bucket)) return;
      throw new HubError(
        "archive.conflict",
        `The archive holds other bytes under ${key}; nothing was written.`,
      );
    },
    get: async (key) => {
      requireBlobKey(key);
      const stored = await open(key);
      return stored && gathered(bytesOf(stored, Bucket));
    },
    stream: async (key) => {
      requireBlobKey(key);
      const stored = await open(key);
      return stored && streamOf(stored, Bucket);
    },
  };
}

async function gathered(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

function protection({ kmsKeyId, retention }: Pick<ArchiveOptions, "kmsKeyId" | "retention">, clock: Clock) {
  return {
    ...(kmsKeyId && {
      ServerSideEncryption: "aws:kms" as const,
      SSEKMSKeyId: kmsKeyId,
      BucketKeyEnabled: true,
    }),
    ...(retention && {
      ObjectLockMode: retention.mode,
      ObjectLockRetainUntilDate: new Date(clock.now() + retention.days * dayMs),
    }),
  };
}

const dayMs = 86_400_000;
