import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Item, Json, Key, NewItem } from "../../ports.ts";

/** An item as DynamoDB keeps it. The value is one text of JSON: it comes back as it was, and takes least room. */
export type Row = Record<string, AttributeValue>;

/** `writeId` tells this write from all others. */
export function rowOf(item: NewItem, json: string, version: number, writeId: string): Row {
  const { index1, index2, expiresAt } = item;
  return {
    ...keyOf(item),
    version: { N: String(version) },
    json: { S: json },
    writeId: { S: writeId },
    ...(index1 && { i1pk: { S: index1.pk }, i1sk: { S: index1.sk } }),
    ...(index2 && { i2pk: { S: index2.pk }, i2sk: { S: index2.sk } }),
    // Whole seconds, and never too early.
    ...(expiresAt === undefined ? {} : { expiresAt: { N: String(Math.ceil(expiresAt / 1000)) } }),
  };
}

export function keyOf({ pk, sk }: Key): Row {
  return { pk: { S: pk }, sk: { S: sk } };
}

export function itemOf(row: Row): Item {
  const item: Item = {
    pk: textOf(row, "pk"),
    sk: textOf(row, "sk"),
    version: Number(row["version"]?.N),
    value: JSON.parse(textOf(row, "json")) as Json,
  };
  if (row["i1pk"]) item.index1 = { pk: textOf(row, "i1pk"), sk: textOf(row, "i1sk") };
  if (row["i2pk"]) item.index2 = { pk: textOf(row, "i2pk"), sk: textOf(row, "i2sk") };
  if (row["expiresAt"]) item.expiresAt = Number(row["expiresAt"].N) * 1000;
  return item;
}

export function textOf(row: Row, attribute: string): string {
  return row[attribute]?.S ?? "";
}
