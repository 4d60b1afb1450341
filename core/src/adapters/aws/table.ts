import { randomUUID } from "node:crypto";
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { HubError } from "../../error.ts";
import type { Key, Table } from "../../ports.ts";
import { requireItem, requireKey } from "../item-limits.ts";
import { answered, tableFailure } from "./table-failure.ts";
import { queryDynamo } from "./table-query.ts";
import { itemOf, keyOf, rowOf, type Row } from "./table-row.ts";

/**
 * The ledger in a table of DynamoDB that is as `tableDefinition` says. One request for each call; a query takes one for
 * each MB, and with an index one more for each 100 items. `expiresAt` is kept in seconds, rounded up.
 */
export function tableOnDynamo(client: DynamoDBClient, tableName: string): Table {
  const read = async (key: Key): Promise<Row | undefined> => {
    const command = new GetItemCommand({ TableName: tableName, Key: keyOf(key), ConsistentRead: true });
    return (await answered(client.send(command), tableName)).Item;
  };
  return {
    get: async (key) => {
      requireKey(key);
      const row = await read(key);
      return row && itemOf(row);
    },
    put: async (item, expected) => {
      const json = requireItem(item);
      const writeId = randomUUID();
      const command = new PutItemCommand({
        TableName: tableName,
        Item: rowOf(item, json, expected + 1, writeId),
        ...(expected === 0 ? { ConditionExpression: "attribute_not_exists(pk)" } : underVersion(expected)),
      });
      const met = await condition(client.send(command), tableName);
      return met === "perhaps" ? isOurs(await read(item), expected, writeId, tableName) : met;
    },
    delete: async (key, expected) => {
      requireKey(key);
      const command = new DeleteItemCommand({
        TableName: tableName,
        Key: keyOf(key),
        ...underVersion(expected),
      });
      const met = await condition(client.send(command), tableName);
      return met === "perhaps" ? isGone(await read(key), expected) : met;
    },
    query: (query) => queryDynamo(client, tableName, query),
  };
}

function underVersion(expected: number) {
  return {
    ConditionExpression: "version = :expected",
    ExpressionAttributeValues: { ":expected": { N: String(expected) } },
  };
}

/**
 * Whether the condition of a write held. "perhaps": the client sent the write more than once, so the last one may have
 * failed because an earlier one, whose answer was lost, had succeeded.
 */
async function condition(write: Promise<unknown>, tableName: string): Promise<boolean | "perhaps"> {
  try {
    await write;
    return true;
  } catch (thrown) {
    if (!(thrown instanceof ConditionalCheckFailedException)) throw tableFailure(thrown, tableName);
    return (thrown.$metadata.attempts ?? 1) > 1 && "perhaps";
  }
}

/**
 * Whether the item that is there now was written by us. When the next writer, or a deletion, was there before we could
 * look, nobody knows, and it is an outage like any other in which the answer to a write is lost.
 */
function isOurs(row: Row | undefined, expected: number, writeId: string, tableName: string): boolean {
  if (row?.["writeId"]?.S === writeId) return true;
  if (row !== undefined && itemOf(row).version <= expected + 1) return false;
  const message = `The table ${tableName} lost the answer to a write, and the item has changed since.`;
  throw new HubError("storage.unavailable", message);
}

/**
 * Whether the item is gone, or begun anew at a lower version. Who has deleted it leaves no trace: of two who delete the
 * same version at the same time, both may be told that it was them if one of them had to ask twice.
 */
function isGone(row: Row | undefined, expected: number): boolean {
  return row === undefined || itemOf(row).version < expected;
}
