import type { Item, Key, NewItem, Query, Table } from "@ksef-hub/core";
import { rowOf } from "../../../core/src/adapters/aws/table-row.ts";

/** What DynamoDB bills: request units, on demand. */
export interface RequestUnits {
  read: number;
  write: number;
}

/**
 * The table, and what its requests cost by DynamoDB's rules, from the items as they are stored. A write: each KB begun of
 * the larger of the item before and after, and 1 for each entry of an index that is made or removed. A read: each 4 KB
 * begun, half of that where it need not be consistent. Every write has to come this way, for it knows the items before.
 * Source: DynamoDB developer guide, "DynamoDB read and write operations" and "Global secondary indexes".
 */
export function countTable(table: Table): { table: Table; units: RequestUnits; bytes: () => number } {
  const units: RequestUnits = { read: 0, write: 0 };
  const stored = new Map<string, NewItem>();
  const write = (key: Key, after: NewItem | undefined, done: boolean): void => {
    const before = stored.get(nameOf(key));
    units.write += started(Math.max(sizeOf(before), sizeOf(after)), 1_024);
    // What the condition has refused changes no index.
    if (!done) return;
    units.write += changesOf(before?.index1, after?.index1) + changesOf(before?.index2, after?.index2);
    if (after === undefined) stored.delete(nameOf(key));
    else stored.set(nameOf(key), after);
  };
  return {
    units,
    bytes: () => sum([...stored.values()].map(billedBytes)),
    table: {
      get: async (key) => {
        const item = await table.get(key);
        units.read += started(sizeOf(item), 4_096);
        return item;
      },
      put: async (item, expected) => {
        const done = await table.put(item, expected);
        write(item, item, done);
        return done;
      },
      delete: async (key, expected) => {
        const done = await table.delete(key, expected);
        write(key, undefined, done);
        return done;
      },
      query: async (query) => {
        const page = await table.query(query);
        units.read += readBy(query, page.items);
        return page;
      },
    },
  };
}

/** A query is billed by all it reads, and one in an index that holds keys only for each item it reads afterwards. */
function readBy({ index }: Query, items: readonly Item[]): number {
  if (index === undefined) return started(sum(items.map(sizeOf)), 4_096);
  const entries = sum(items.map(keysOf));
  return (started(entries, 4_096) + sum(items.map((item) => started(sizeOf(item), 4_096)))) / 2;
}

/** Storage is billed with 100 bytes more for each item and each entry of an index. */
function billedBytes(item: NewItem): number {
  const entries = Number(item.index1 !== undefined) + Number(item.index2 !== undefined);
  return sizeOf(item) + 100 + entries * (keysOf(item) + 100);
}

/** The keys of an item in the table and in the indexes, in bytes: about what an entry of an index holds. */
const keysOf = (item: NewItem): number => sizeOf({ ...item, value: null });

/** An entry whose key changes is removed and made anew; one that stays as it is costs nothing. */
function changesOf(before: Key | undefined, after: Key | undefined): number {
  if (before !== undefined && after !== undefined && nameOf(before) === nameOf(after)) return 0;
  return Number(before !== undefined) + Number(after !== undefined);
}

/** In bytes: names and values of all attributes; of a number a byte for each two digits, and one. */
function sizeOf(item: NewItem | undefined): number {
  if (item === undefined) return 0;
  const row = rowOf(item, JSON.stringify(item.value), 1, crypto.randomUUID());
  return sum(
    Object.entries(row).map(([name, { S, N = "" }]) => {
      const value = S === undefined ? Math.ceil(N.length / 2) + 1 : Buffer.byteLength(S);
      return Buffer.byteLength(name) + value;
    }),
  );
}

/** Pieces begun, at least one: what is not there is billed as the least there is. */
const started = (bytes: number, piece: number): number => Math.max(1, Math.ceil(bytes / piece));
const sum = (numbers: readonly number[]): number => numbers.reduce((total, next) => total + next, 0);
const nameOf = ({ pk, sk }: Key): string => `${pk}\n${sk}`;
