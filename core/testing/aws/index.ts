import type { AwsOptions } from "../../src/adapters/aws/index.ts";
import { fakeDynamo, type FakeDynamo } from "./dynamo.ts";
import { fakeObjects, type FakeObjects } from "./objects.ts";
import { startQueues, type Queues } from "./queues.ts";
import { fakeSecretsManager, type FakeSecretsManager } from "./secrets-manager.ts";

/** DynamoDB, S3, SQS and Secrets Manager in this process, each on a free port of its own. */
export interface LocalAws extends AsyncDisposable {
  /** For `aws(...)`: how to reach them. The queue is asked in short turns. */
  options: AwsOptions;
  /** The same for a hub in another process, as variables of its environment. */
  settings: Record<string, string>;
  dynamo: FakeDynamo;
  objects: FakeObjects;
  queues: Queues;
  secrets: FakeSecretsManager;
}

export async function localAws(): Promise<LocalAws> {
  const [dynamo, objects, queues, secrets] = await Promise.all([
    fakeDynamo(),
    fakeObjects(),
    startQueues(),
    fakeSecretsManager(),
  ]);
  const endpoints = {
    table: dynamo.connection.endpoint ?? "",
    archive: objects.endpoint,
    queue: queues.connection.endpoint,
    secrets: secrets.endpoint,
  };
  const { region, credentials } = queues.connection;
  const { tableName: table } = dynamo;
  const { bucket } = objects;
  return {
    options: {
      region,
      credentials,
      table,
      bucket,
      queue: queues.queueUrl,
      endpoints,
      reading: { waitTimeSeconds: 1, visibilitySeconds: 10 },
    },
    settings: {
      HUB_BACKEND: "aws",
      HUB_AWS_REGION: region,
      HUB_AWS_TABLE: table,
      HUB_AWS_BUCKET: bucket,
      HUB_AWS_QUEUE_URL: queues.queueUrl,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_ENDPOINT_URL_DYNAMODB: endpoints.table,
      AWS_ENDPOINT_URL_S3: endpoints.archive,
      AWS_ENDPOINT_URL_SQS: endpoints.queue,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.secrets,
    },
    dynamo,
    objects,
    queues,
    secrets,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([
        dynamo[Symbol.asyncDispose](),
        objects.stop(),
        queues[Symbol.asyncDispose](),
        secrets.stop(),
      ]);
    },
  };
}
