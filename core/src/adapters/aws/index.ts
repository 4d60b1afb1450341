import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { Clock, Ports } from "../../ports.ts";
import { realClock } from "../clock.ts";
import { archiveClient } from "./archive-client.ts";
import { type ArchiveOptions, archiveOnS3 } from "./archive.ts";
import { type AwsConnection, clientOptions } from "./client-options.ts";
import { SqsQueue, type SqsQueueOptions } from "./queue.ts";
import { secretsOnAws } from "./secrets.ts";
import { tableOnDynamo } from "./table.ts";

export { answerBatch, type SqsBatchResponse, type SqsEvent } from "./queue-batch.ts";
export { SqsQueue } from "./queue.ts";
export { tableDefinition } from "./table-definition.ts";

export interface AwsOptions extends Pick<AwsConnection, "region" | "credentials"> {
  /** Name of the table, which is as `tableDefinition` says. */
  table: string;
  /** Name of the bucket, the hub's alone. */
  bucket: string;
  /** URL of the queue, a standard one with a redrive policy. */
  queue: string;
  /** Before the name of every secret, with a `/` between; default: ksef-hub. */
  secretsPrefix?: string | undefined;
  /** The KMS key for documents and secrets; default: those of the bucket and of the account. */
  kmsKeyId?: string | undefined;
  /** For a bucket with object lock: how long documents cannot be deleted. */
  retention?: ArchiveOptions["retention"];
  clock?: Clock;
  /** How the queue is read. */
  reading?: Omit<SqsQueueOptions, "queueUrl">;
  /** Instead of AWS: the addresses of emulators. */
  endpoints?: Partial<Record<"table" | "archive" | "queue" | "secrets", string | undefined>>;
}

/**
 * All ports on AWS. Nothing is created and nothing is asked for here: what is missing or denied shows with the first call,
 * as `storage.missing` or `storage.denied`. Before it is disposed of, stop the consumers of the queue.
 */
export function aws(options: AwsOptions): Ports & AsyncDisposable {
  const { region, credentials, kmsKeyId, retention, clock = realClock, endpoints = {} } = options;
  const at = (endpoint: string | undefined): AwsConnection => ({ region, credentials, endpoint });
  const dynamo = new DynamoDBClient(clientOptions(at(endpoints.table)));
  const s3 = archiveClient(at(endpoints.archive));
  const secretsManager = new SecretsManagerClient(clientOptions(at(endpoints.secrets)));
  const queue = new SqsQueue(at(endpoints.queue), clock, { queueUrl: options.queue, ...options.reading });
  const prefix = options.secretsPrefix ?? "ksef-hub";
  return {
    table: tableOnDynamo(dynamo, options.table),
    archive: archiveOnS3({ client: s3, bucket: options.bucket, clock, kmsKeyId, retention }),
    queue,
    secrets: secretsOnAws({ client: secretsManager, prefix, clock, kmsKeyId }),
    clock,
    [Symbol.asyncDispose]: async () => {
      for (const client of [dynamo, s3, secretsManager]) client.destroy();
      queue[Symbol.dispose]();
    },
  };
}
