import { S3Client } from "@aws-sdk/client-s3";
import { HubError } from "../../error.ts";
import { clientOptions, type AwsConnection } from "./client-options.ts";
import { awsFailure } from "./failure.ts";

/** A client of S3 that also sends a PutObject again when S3 answers that another writer was at work at the same time. */
export function archiveClient(connection: AwsConnection): S3Client {
  // An emulator has no host name for each bucket.
  const forcePathStyle = connection.endpoint !== undefined;
  const client = new S3Client({ ...clientOptions(connection), forcePathStyle });
  client.middlewareStack.add(
    (next, context) => async (args) => {
      try {
        return await next(args);
      } catch (thrown) {
        // "On a 409 failure you should retry the upload": the SDK does so only if the error carries this mark.
        const again = context.commandName === "PutObjectCommand" && isConflict(thrown);
        throw again ? Object.assign(thrown, { $retryable: {} }) : thrown;
      }
    },
    { step: "finalizeRequest", priority: "low", name: "retryOfConflicts" },
  );
  return client;
}

/** The answer to a request, or its failure as `archiveFailure`. */
export async function answered<T>(answer: Promise<T>, bucket: string): Promise<T> {
  try {
    return await answer;
  } catch (thrown) {
    throw archiveFailure(thrown, bucket);
  }
}

/** As `awsFailure`, and what S3 says of an upload that was damaged or held up on the way: `storage.unavailable`. */
export function archiveFailure(thrown: unknown, bucket: string): unknown {
  const what = `the bucket ${bucket}`;
  if (!(thrown instanceof Error) || !passing.has(thrown.name)) return awsFailure(thrown, what);
  const message = `AWS has not finished with ${what}: ${thrown.name}: ${thrown.message}.`;
  return new HubError("storage.unavailable", message, { cause: thrown });
}

/** That an object is missing is thrown only where S3 has just said that it is there: somebody is at work on it. */
const passing = new Set([
  "BadDigest",
  "ConditionalRequestConflict",
  "NoSuchKey",
  "NotFound",
  "RequestTimeout",
]);

function isConflict(thrown: unknown): thrown is Error {
  return thrown instanceof Error && thrown.name === "ConditionalRequestConflict";
}
