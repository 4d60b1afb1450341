/**
 * On-demand prices in dollars, us-east-1, without free tiers and discounts for volume. The tables of AWS's pages are drawn
 * in the browser, so `confirmedBy` names a page that could be read, and is absent where none was found.
 */
export const prices = {
  region: "us-east-1",
  date: "2026-11-23",
  writeUnits: {
    usd: 0.625,
    per: 1_000_000,
    what: "DynamoDB write request units",
    page: "https://aws.amazon.com/dynamodb/pricing/on-demand/",
    confirmedBy: "https://airbyte.com/data-engineering-resources/dynamodb-pricing",
  },
  readUnits: {
    usd: 0.125,
    per: 1_000_000,
    what: "DynamoDB read request units",
    page: "https://aws.amazon.com/dynamodb/pricing/on-demand/",
    confirmedBy: "https://airbyte.com/data-engineering-resources/dynamodb-pricing",
  },
  tableGb: {
    usd: 0.25,
    per: 1,
    what: "DynamoDB storage, GB-month",
    page: "https://aws.amazon.com/dynamodb/pricing/on-demand/",
    confirmedBy: "https://aws.amazon.com/dynamodb/pricing/",
  },
  recoveryGb: {
    usd: 0.2,
    per: 1,
    what: "DynamoDB point-in-time recovery, GB-month",
    page: "https://aws.amazon.com/dynamodb/pricing/on-demand/",
  },
  puts: {
    usd: 0.005,
    per: 1_000,
    what: "S3 requests: PUT, POST, LIST",
    page: "https://aws.amazon.com/s3/pricing/",
    confirmedBy: "https://devnotes.tech/understanding-aws-s3-pricing-a-complete-cost-breakdown-with-examples",
  },
  gets: {
    usd: 0.0004,
    per: 1_000,
    what: "S3 requests: GET, HEAD",
    page: "https://aws.amazon.com/s3/pricing/",
    confirmedBy: "https://devnotes.tech/understanding-aws-s3-pricing-a-complete-cost-breakdown-with-examples",
  },
  archiveGb: {
    usd: 0.023,
    per: 1,
    what: "S3 Standard storage, GB-month",
    page: "https://aws.amazon.com/s3/pricing/",
    confirmedBy: "https://devnotes.tech/understanding-aws-s3-pricing-a-complete-cost-breakdown-with-examples",
  },
  /** Standard queue, and what a message group (fair queue) costs besides; the hub names the company as the group. */
  messages: {
    usd: 0.5,
    per: 1_000_000,
    what: "SQS requests, fair queue (0.40 and 0.10)",
    page: "https://aws.amazon.com/sqs/pricing/",
    confirmedBy: "https://cloudburn.io/blog/amazon-sqs-pricing",
  },
  secrets: {
    usd: 0.4,
    per: 1,
    what: "Secrets Manager, each secret and month",
    page: "https://aws.amazon.com/secrets-manager/pricing/",
    confirmedBy:
      "https://raw.githubusercontent.com/api-evangelist/amazon-secrets-manager/refs/heads/main/plans/amazon-secrets-manager-plans-pricing.yml",
  },
  secretCalls: {
    usd: 0.05,
    per: 10_000,
    what: "Secrets Manager calls",
    page: "https://aws.amazon.com/secrets-manager/pricing/",
    confirmedBy:
      "https://raw.githubusercontent.com/api-evangelist/amazon-secrets-manager/refs/heads/main/plans/amazon-secrets-manager-plans-pricing.yml",
  },
} as const;

/** Dollars for so many of one line of the bill. */
export function usd(line: Exclude<keyof typeof prices, "region" | "date">, count: number): number {
  const price = prices[line];
  return (count / price.per) * price.usd;
}
