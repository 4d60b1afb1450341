import { BatchGetItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { HubError } from "../../error.ts";
import type { Item } from "../../ports.ts";
import { answered } from "./table-failure.ts";
import { itemOf, keyOf, textOf, type Row } from "./table-row.ts";

/**
 * The items of these rows of an index, in their order, without those that are gone or have another key in it by now. They
 * are read eventually consistently, at half the price: nobody may rely on what comes from an index.
 */
export async function currentItems(
  client: DynamoDBClient,
  tableName: string,
  found: Row[],
  index: { pk: string; sk: string },
): Promise<Item[]> {
  // An index that is being changed may show the same item twice, and a batch with the same key twice is refused.
  const keys = [...new Map(found.map((row) => [nameOf(row), primaryKey(row)])).values()];
  const batches: Promise<Row[]>[] = [];
  for (let at = 0; at < keys.length; at += 100)
    batches.push(readAll(client, tableName, keys.slice(at, at + 100)));
  const rows = new Map((await Promise.all(batches)).flat().map((row) => [nameOf(row), row]));
  return found.flatMap((entry) => {
    const row = rows.get(nameOf(entry));
    const stays = [index.pk, index.sk].every((part) => row?.[part]?.S === entry[part]?.S);
    return row !== undefined && stays ? [itemOf(row)] : [];
  });
}

function nameOf(row: Row): string {
  return JSON.stringify([textOf(row, "pk"), textOf(row, "sk")]);
}

function primaryKey(row: Row): Row {
  return keyOf({ pk: textOf(row, "pk"), sk: textOf(row, "sk") });
}

/**
 * DynamoDB leaves out what is too much for one answer (16 MB, or 1 MB of a partition) or for its throughput, but gives
 * at least one item or throws. So the rest is asked for again as long as it shrinks, at most 100 times.
 */
async function readAll(client: DynamoDBClient, tableName: string, keys: Row[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (let asked = keys; asked.length > 0;) {
    const command = new BatchGetItemCommand({
      RequestItems: { [tableName]: { Keys: asked, ConsistentRead: false } },
    });
    const answer = await answered(client.send(command), tableName);
    rows.push(...(answer.Responses?.[tableName] ?? []));
    const left = answer.UnprocessedKeys?.[tableName]?.Keys ?? [];
    if (left.length >= asked.length)
      throw new HubError(
        "storage.unavailable",
        `The table ${tableName} gave none of ${asked.length} items it was asked for.`,
      );
    asked = left;
  }
  return rows;
}
