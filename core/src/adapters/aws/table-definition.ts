/**
 * The table as data, for whoever creates it. Prices by the request and not by the hour; `expiry` is the attribute of
 * DynamoDB's time to live.
 *
 * The indexes hold keys and nothing else (KEYS_ONLY), and a list reads its items from the table. DynamoDB charges a write
 * by each KB of what an index holds, and a write that changes nothing of it not at all; a unit of writing costs five times
 * one of reading. An item of 3 KB, written 5 times and listed twice, costs with all of it in an index 15 to 27 units of
 * writing more for each index (twice the size when its index key changes); with keys alone 1 to 9, and for the lists one
 * unit of reading. It also keeps the item once instead of three times.
 */
export const tableDefinition = {
  key: { pk: "pk", sk: "sk" },
  indexes: [
    { name: "index1", pk: "i1pk", sk: "i1sk" },
    { name: "index2", pk: "i2pk", sk: "i2sk" },
  ],
  projection: "KEYS_ONLY",
  billing: "PAY_PER_REQUEST",
  expiry: "expiresAt",
  pointInTimeRecovery: true,
} as const;
