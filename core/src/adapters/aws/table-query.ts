import { QueryCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Page, Query } from "../../ports.ts";
import { requireKey, requireLimit } from "../item-limits.ts";
import { pageToken, positionOf } from "../page-token.ts";
import { currentItems } from "./table-batch.ts";
import { tableDefinition } from "./table-definition.ts";
import { answered } from "./table-failure.ts";
import { itemOf, textOf, type Row } from "./table-row.ts";

/**
 * A page of items, in an index as they are now: whoever has been deleted or has left this place of the index, while the
 * index does not know it yet, is left out. So a page with `next` may be short.
 */
export async function queryDynamo(client: DynamoDBClient, tableName: string, query: Query): Promise<Page> {
  const limit = requireLimit(query.limit);
  const order = orders[query.index ?? 0];
  const range = rangeOf(query, order);
  if (range === undefined) return { items: [] };

  const rows = await rowsIn(client, tableName, query, range, limit + 1);
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  const items =
    query.index === undefined ? page.map(itemOf) : await currentItems(client, tableName, page, order);
  if (last === undefined) return { items };
  const position = order.by.map((column) => textOf(last, column));
  return { items, next: pageToken(query, position) };
}

/** Where each index keeps its key, and the attributes by which its rows are told apart within one `pk`. */
const [one, two] = tableDefinition.indexes;
const orders = {
  0: { name: undefined, pk: "pk", sk: "sk", by: ["sk"] },
  1: { ...one, by: [one.sk, "pk", "sk"] },
  2: { ...two, by: [two.sk, "pk", "sk"] },
} as const;
type Order = (typeof orders)[keyof typeof orders];

interface Range {
  from: string | undefined;
  to: string | undefined;
  start: Row | undefined;
}

/** What is left to read, in terms DynamoDB does not refuse: undefined when nothing can be there. */
function rangeOf(query: Query, order: Order): Range | undefined {
  const { pk, to, reverse = false } = query;
  const from = query.from === "" ? undefined : query.from;
  if (to === "") return undefined;
  for (const sk of [from, to]) requireKey({ pk, sk: sk ?? "-" });
  if (isBefore(to, from)) return undefined;

  if (query.after === undefined) return { from, to, start: undefined };
  const position = positionOf(query.after, query, order.by.length);
  const [sk = "", itemPk = pk, itemSk = sk] = position;
  requireKey({ pk, sk });
  requireKey({ pk: itemPk, sk: itemSk });
  // A token may come with other bounds than it was given for; the start must lie between them.
  if (reverse ? isBefore(sk, from) : isBefore(to, sk)) return undefined;
  if (reverse ? isBefore(to, sk) : isBefore(sk, from)) return { from, to, start: undefined };
  const columns = order.by.map((column, at) => [column, { S: position[at] ?? "" }] as const);
  return { from, to, start: { [order.pk]: { S: pk }, ...Object.fromEntries(columns) } };
}

/** By UTF-8 bytes, as DynamoDB sorts. */
function isBefore(text: string | undefined, other: string | undefined): boolean {
  return (
    text !== undefined && other !== undefined && Buffer.compare(Buffer.from(text), Buffer.from(other)) < 0
  );
}

/** Up to `limit` rows; DynamoDB breaks off after each MB. */
async function rowsIn(
  client: DynamoDBClient,
  tableName: string,
  query: Query,
  { from, to, start }: Range,
  limit: number,
): Promise<Row[]> {
  const order = orders[query.index ?? 0];
  const conditions = [`${order.pk} = :pk`];
  if (from !== undefined && to !== undefined) conditions.push(`${order.sk} BETWEEN :from AND :to`);
  else if (from !== undefined) conditions.push(`${order.sk} >= :from`);
  else if (to !== undefined) conditions.push(`${order.sk} <= :to`);
  const request = {
    TableName: tableName,
    IndexName: order.name,
    ConsistentRead: order.name === undefined,
    ScanIndexForward: query.reverse !== true,
    KeyConditionExpression: conditions.join(" AND "),
    ExpressionAttributeValues: {
      ":pk": { S: query.pk },
      ...(from !== undefined && { ":from": { S: from } }),
      ...(to !== undefined && { ":to": { S: to } }),
    },
  };
  const rows: Row[] = [];
  for (let next = start; ;) {
    const command = new QueryCommand({ ...request, Limit: limit - rows.length, ExclusiveStartKey: next });
    const answer = await answered(client.send(command), tableName);
    rows.push(...(answer.Items ?? []));
    next = answer.LastEvaluatedKey;
    if (next === undefined || rows.length >= limit) return rows;
  }
}
