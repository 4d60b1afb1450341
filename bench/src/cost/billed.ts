import type { Spent } from "./count.ts";

/** What one invoice takes, as it is limited, tested and paid for. */
export type Billed = Record<(typeof billedNames)[number], number>;

export const billedNames = [
  "tableReads",
  "tableWrites",
  "readUnits",
  "writeUnits",
  "puts",
  "gets",
  "messages",
  "secretCalls",
  "archiveBytes",
  "tableBytes",
] as const;

/** Requests in the classes that AWS prices; DynamoDB prices its units, and the requests are there to be kept few. */
export function billedOf({ requests: { dynamodb, s3, sqs, secrets }, ...spent }: Spent): Billed {
  return {
    tableReads: total(dynamodb, (name) => /Get|Query|Scan/.test(name)),
    tableWrites: total(dynamodb, (name) => /Put|Delete|Update/.test(name)),
    readUnits: spent.readUnits,
    writeUnits: spent.writeUnits,
    puts: total(s3, (name) => /^(PUT|POST)/.test(name)),
    gets: total(s3, (name) => /^(GET|HEAD)/.test(name)),
    messages: total(sqs, () => true),
    secretCalls: total(secrets, () => true),
    archiveBytes: spent.archiveBytes,
    tableBytes: spent.tableBytes,
  };
}

function total(requests: Record<string, number>, counts: (name: string) => boolean): number {
  return Object.entries(requests).reduce((sum, [name, count]) => (counts(name) ? sum + count : sum), 0);
}
