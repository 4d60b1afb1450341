import type { S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll } from "vitest";
import { archiveClient } from "../../../src/adapters/aws/archive-client.ts";
import { archiveOnS3, type ArchiveOptions } from "../../../src/adapters/aws/archive.ts";
import { fakeObjects, type FakeObjects, type ObjectFault } from "../../../testing/aws/objects.ts";
import { VirtualClock } from "../../../testing/index.ts";

/** A double of S3 for the tests of a block, which runs while they do. */
export function objectsOfBlock() {
  let objects: FakeObjects;
  beforeAll(async () => {
    objects = await fakeObjects();
  });
  afterAll(() => objects.stop());
  return {
    objects: () => objects,
    /** An archive with a client of its own. What was seen before is forgotten, and nothing goes wrong any more. */
    open: (options: Partial<ArchiveOptions> = {}, endpoint = objects.endpoint) => {
      objects.seen.length = 0;
      objects.fault = () => undefined;
      const client = clientFor(endpoint);
      const clock = new VirtualClock(Date.UTC(2026, 1, 2));
      return archiveOnS3({ client, bucket: objects.bucket, clock, ...options });
    },
    asked: () => objects.seen.map(({ operation }) => operation),
    /** The first `times` requests of this kind go wrong. */
    fail: (operation: string, fault: ObjectFault, times = Infinity) => {
      let left = times;
      objects.fault = (request) => (request.operation === operation && (left -= 1) >= 0 ? fault : undefined);
    },
  };
}

export function clientFor(endpoint: string): S3Client {
  const credentials = { accessKeyId: "id", secretAccessKey: "key" };
  return archiveClient({ region: "eu-central-1", endpoint, credentials });
}

export const mebibyte = 1024 * 1024;
