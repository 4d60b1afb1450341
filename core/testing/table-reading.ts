import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Query, Table } from "../src/ports.ts";

/** A `pk` nobody else has. */
export function partition(): string {
  return `contract#${randomUUID()}`;
}

/** The sort keys of all pages from here on. */
export async function sortKeys(table: Table, query: Query): Promise<string[]> {
  const found: string[] = [];
  for (let page = query, turn = 0; turn < 100; turn++) {
    const { items, next } = await table.query(page);
    assert.ok(items.length <= (query.limit ?? 1000), "a page keeps its limit");
    found.push(...items.map(({ sk }) => sk));
    if (next === undefined) return found;
    page = { ...query, after: next };
  }
  assert.fail("the pages never end");
}
