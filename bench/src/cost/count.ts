import type { Archive } from "@ksef-hub/core";
import type { LocalAws } from "@ksef-hub/core/testing/aws";

/** What AWS bills, so far or of one invoice. */
export interface Spent {
  /** Requests by service and operation. */
  requests: Requests;
  /** Of DynamoDB. */
  readUnits: number;
  writeUnits: number;
  /** Bytes that stay. */
  archiveBytes: number;
  tableBytes: number;
}

type Service = "dynamodb" | "s3" | "sqs" | "secrets";
type Requests = Record<Service, Record<string, number>>;

/** What the doubles have been asked for; without the one poll of the queue that is open: the clock ends it, or the next bell. */
export function requestsOf({ dynamo, objects, queues, secrets }: LocalAws): Requests {
  const [, ...polls] = queues.requests.filter(({ action }) => action === "ReceiveMessage");
  const others = queues.requests.filter(({ action }) => action !== "ReceiveMessage");
  return {
    dynamodb: tally(dynamo.seen),
    s3: tally(objects.seen.map(({ operation }) => operation)),
    sqs: tally([...polls, ...others].map(({ action }) => action)),
    secrets: tally(secrets.seen.map(({ operation }) => operation)),
  };
}

/** The archive, and how many bytes it has been given to keep. */
export function countArchive(archive: Archive): { archive: Archive; kept: { bytes: number } } {
  const kept = { bytes: 0 };
  const put: Archive["put"] = async (key, bytes) => {
    await archive.put(key, bytes);
    if (bytes instanceof Uint8Array) kept.bytes += bytes.length;
  };
  return { archive: { ...archive, put }, kept };
}

/** The difference by invoice. */
export function spentFor(invoices: number, before: Spent, after: Spent): Spent {
  const share = (name: Exclude<keyof Spent, "requests">): number => (after[name] - before[name]) / invoices;
  const requests = (service: Service): Record<string, number> =>
    Object.fromEntries(
      Object.entries(after.requests[service])
        .map(([name, count]) => [name, (count - (before.requests[service][name] ?? 0)) / invoices] as const)
        .filter(([, count]) => count > 0),
    );
  return {
    requests: {
      dynamodb: requests("dynamodb"),
      s3: requests("s3"),
      sqs: requests("sqs"),
      secrets: requests("secrets"),
    },
    readUnits: share("readUnits"),
    writeUnits: share("writeUnits"),
    archiveBytes: share("archiveBytes"),
    tableBytes: share("tableBytes"),
  };
}

function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
