import type { Item, Json, Page, Query, Table } from "../../ports.ts";
import { requireItem, requireKey, requireLimit } from "../item-limits.ts";
import { pageToken, positionOf } from "../page-token.ts";
import type { Database } from "./database.ts";

/**
 * The ledger in SQLite. Each condition is checked by the statement that writes, and the indexes never lag.
 * Nothing expires.
 */
export function tableOn(database: Database): Table {
  return {
    get: async (key) => {
      requireKey(key);
      const [row] = database.all<Row>(`SELECT ${columns} FROM items WHERE pk = ? AND sk = ?`, key.pk, key.sk);
      return row && itemOf(row);
    },
    put: async (item, expected) => {
      const value = requireItem(item);
      const { pk, sk, index1, index2 } = item;
      const indexed = [index1?.pk ?? null, index1?.sk ?? null, index2?.pk ?? null, index2?.sk ?? null];
      const changed =
        expected === 0
          ? await database.run(insert, value, ...indexed, pk, sk)
          : await database.run(update, value, ...indexed, pk, sk, expected);
      return changed === 1;
    },
    delete: async (key, expected) => {
      requireKey(key);
      const sql = "DELETE FROM items WHERE pk = ? AND sk = ? AND version = ?";
      return (await database.run(sql, key.pk, key.sk, expected)) === 1;
    },
    query: async (query) => select(database, query, requireLimit(query.limit)),
  };
}

interface Row {
  pk: string;
  sk: string;
  version: number;
  value: string;
  index1_pk: string | null;
  index1_sk: string | null;
  index2_pk: string | null;
  index2_sk: string | null;
}

const columns = "pk, sk, version, value, index1_pk, index1_sk, index2_pk, index2_sk";

const insert = `INSERT INTO items (version, value, index1_pk, index1_sk, index2_pk, index2_sk, pk, sk)
  VALUES (1, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;

const update = `UPDATE items SET version = version + 1, value = ?,
  index1_pk = ?, index1_sk = ?, index2_pk = ?, index2_sk = ? WHERE pk = ? AND sk = ? AND version = ?`;

/** Where each index keeps its key, and the columns by which its rows are in a total order within one `pk`. */
const orders = {
  0: { pk: "pk", sk: "sk", by: ["sk"] },
  1: { pk: "index1_pk", sk: "index1_sk", by: ["index1_sk", "pk", "sk"] },
  2: { pk: "index2_pk", sk: "index2_sk", by: ["index2_sk", "pk", "sk"] },
} as const;

function select(database: Database, query: Query, limit: number): Page {
  const order = orders[query.index ?? 0];
  const conditions = [`${order.pk} = ?`];
  const values = [query.pk];
  if (query.from !== undefined) {
    conditions.push(`${order.sk} >= ?`);
    values.push(query.from);
  }
  if (query.to !== undefined) {
    conditions.push(`${order.sk} <= ?`);
    values.push(query.to);
  }
  if (query.after !== undefined) {
    const marks = order.by.map(() => "?").join(", ");
    conditions.push(`(${order.by.join(", ")}) ${query.reverse === true ? "<" : ">"} (${marks})`);
    values.push(...positionOf(query.after, query, order.by.length));
  }
  const sorted = order.by.map((column) => `${column} ${query.reverse === true ? "DESC" : "ASC"}`).join(", ");
  const sql = `SELECT ${columns} FROM items WHERE ${conditions.join(" AND ")} ORDER BY ${sorted} LIMIT ?`;

  const rows = database.all<Row>(sql, ...values, limit + 1);
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  const items = page.map(itemOf);
  if (last === undefined) return { items };
  const position = order.by.map((column) => last[column] ?? "");
  return { items, next: pageToken(query, position) };
}

function itemOf(row: Row): Item {
  const item: Item = { pk: row.pk, sk: row.sk, version: row.version, value: JSON.parse(row.value) as Json };
  if (row.index1_pk !== null && row.index1_sk !== null)
    item.index1 = { pk: row.index1_pk, sk: row.index1_sk };
  if (row.index2_pk !== null && row.index2_sk !== null)
    item.index2 = { pk: row.index2_pk, sk: row.index2_sk };
  return item;
}
