import { productionRateLimits } from "@ksef-hub/core/ksef";
import { fixedUsd, invoiceUsd, monthUsd, yearOf, type Volume } from "./bill.ts";
import type { Billed } from "./billed.ts";
import { ceilings, idle, pollsAnHour, secretsOfCompany } from "./ceilings.ts";
import { prices } from "./prices.ts";

/** docs/cost.md, from the ceilings and the prices alone. */
export function costPage(): string {
  const { region, date, ...lines } = prices;
  return `# What the hub costs on AWS

This page is written by \`npm run cost\` from the ceilings in \`bench/src/cost/ceilings.ts\`, to which a test holds the hub,
and from the prices in \`bench/src/cost/prices.ts\`: ${region}, on demand, as of ${date}, without free tiers and discounts.

## What an invoice takes

Counted on doubles of DynamoDB, S3, SQS and Secrets Manager from before the intake to the end of the work, with invoices of
5 KB as FA(3) documents, production's request limits, and a KSeF that is through at the fifth look. Each number is a ceiling:
what is measured lies at most 30 % below.

- **Alone**: one invoice online, the first of its company. The process logs in, opens a session and gives
  the company's desk back.
- **Alone, taken in elsewhere**: the same, and the process that takes it in is not the one that sends it: SQS carries the bell.
  Within one process no message is sent.
- **In a batch**: one of 1,000 that were handed in before the first was sent.

${table(
  ["For each invoice", "Alone", "Alone, taken in elsewhere", "In a batch of 1,000"],
  counted.map(([name, what]) => [what, ...ways.map((way) => plain(ceilings[way][name]))]),
  [["**Dollars for 1,000 such invoices**", ...ways.map((way) => plain(1_000 * invoiceUsd(ceilings[way])))]],
)}

Units are DynamoDB's: a write is paid by each KB begun and by each entry it changes in an index (they hold keys only), a
read by each 4 KB begun. Storage is not in the dollars of this table.

The list of the last hour's requests to KSeF is one item for each kind of request, so a write to it grows with the hour:
in one in which a company sends all ${limits.invoiceSend} invoices online that KSeF allows, an invoice takes up to ${crowded()} write units more
than alone in its hour, together ${plain(1_000 * invoiceUsd({ ...ceilings.alone, writeUnits: ceilings.alone.writeUnits + crowded() }))} dollars for 1,000.
A session that is closed ten minutes after its last invoice takes a few requests more; they are not in the counts.

## What a month costs

Requests and secrets, in dollars. How many invoices go alone depends on how they come: what comes while others wait goes
into a batch. Both ends, and a tenth alone between them.

${table(
  ["Invoices a month", "Companies", "Processes", "All in batches", "One in ten alone", "All alone"],
  volumes.map((volume) => [
    ...[volume.invoices, volume.companies, volume.processes].map(plain),
    ...[0, 0.1, 1].map((alone) => dollars(monthUsd(volume, alone))),
  ]),
)}

## What is fixed

Of that, what nothing to do costs in a month:

${table(
  ["", "Dollars a month", "Of what"],
  [
    [
      "A company",
      dollars(fixedUsd.company),
      `${secretsOfCompany} secrets (its login and its sessions' secret; a certificate for offline invoices is a third), ${idle.company.read} read units an hour`,
    ],
    [
      "A process",
      dollars(fixedUsd.process),
      `${pollsAnHour} polls of the queue an hour, ${idle.process.read} read and ${idle.process.write} write units an hour`,
    ],
  ],
)}

A process looks by the clock, not by the invoice: for lost bells and stuck invoices every minute, for deadlines every ten,
at KSeF's beacon every five. The rounds are carried out on the doubles and multiplied by how often the hour has them. The
chores (certificates, limits, alarms) are some dozens of requests for each company and day, and not counted.

## What stays

The hub deletes nothing: document and receipt stay in S3, the submission in DynamoDB with its entry in an index and
point-in-time recovery. Sizes are those of an invoice in a batch.

${table(
  [
    "Invoices a month",
    "GB a year in S3",
    "GB a year in DynamoDB",
    "Dollars a month to keep a year's invoices",
  ],
  volumes.map((volume) => {
    const { archiveGb, tableGb, monthUsd: keeping } = yearOf(volume);
    return [plain(volume.invoices), dollars(archiveGb), dollars(tableGb), dollars(keeping)];
  }),
)}

## What is not in it

Compute (Fargate, EC2 or Lambda, and what Lambda asks of the queue), data transfer, NAT gateways and endpoints, logs and
metrics (CloudWatch), KMS keys of your own and their calls, the requests of callers who look at their invoices or check an
API key (one read for each call of the API), failures and what they repeat.

## Prices

AWS's pages draw their prices in the browser; "confirmed by" is a page on which the price could be read.

${table(
  ["What", "Dollars", "Per", "AWS's page", "Confirmed by"],
  Object.values(lines).map((line) => [
    line.what,
    String(line.usd),
    plain(line.per),
    line.page,
    "confirmedBy" in line ? line.confirmedBy : "not confirmed",
  ]),
)}
`;
}

const ways = ["alone", "apart", "batch"] as const;

const counted: readonly (readonly [keyof Billed, string])[] = [
  ["tableReads", "DynamoDB requests that read"],
  ["tableWrites", "DynamoDB requests that write"],
  ["readUnits", "DynamoDB read units"],
  ["writeUnits", "DynamoDB write units"],
  ["puts", "S3 PUT"],
  ["gets", "S3 GET"],
  ["messages", "SQS requests"],
  ["secretCalls", "Secrets Manager calls"],
  ["archiveBytes", "Bytes kept in S3"],
  ["tableBytes", "Bytes kept in DynamoDB, as billed"],
];

const volumes: readonly Volume[] = [
  { invoices: 1_000, companies: 1, processes: 1 },
  { invoices: 100_000, companies: 10, processes: 2 },
  { invoices: 10_000_000, companies: 100, processes: 4 },
];

const limits = { invoiceSend: productionRateLimits.invoiceSend.perHour };

/** Write units more for an invoice when the windows of its hour are full: five looks and a post, 14 bytes for each request. */
function crowded(): number {
  const looks = 5;
  return looks * (unitsOf(looks * limits.invoiceSend) - 1) + unitsOf(limits.invoiceSend) - 1;
}

const unitsOf = (requests: number): number => Math.ceil((requests * 14) / 1_024);

/** As `oxfmt` writes it: columns as wide as their widest cell, the first to the left and numbers to the right. */
function table(head: string[], ...parts: string[][][]): string {
  const rows = parts.flat();
  const widths = head.map((_, column) =>
    Math.max(4, ...[head, ...rows].map((cells) => (cells[column] ?? "").length)),
  );
  const isNumber = head.map(
    (_, column) => column > 0 && rows.every((cells) => /^[\d.,]+$/.test(cells[column] ?? "")),
  );
  const line = (cells: string[]): string =>
    `| ${cells.map((cell, column) => (isNumber[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0))).join(" | ")} |`;
  const rule = widths.map((width, column) =>
    isNumber[column] ? `${"-".repeat(width - 1)}:` : "-".repeat(width),
  );
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

const plain = (value: number): string => value.toLocaleString("en-US", { maximumFractionDigits: 5 });
const dollars = (value: number): string =>
  value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
