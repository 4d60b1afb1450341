import type { Clock, Item, Key, NewItem, Page, Query, Table } from "../src/ports.ts";

export interface Lag {
  clock: Clock;
  /** So long after a change the indexes show it, to the millisecond. */
  lagMs: number;
}

/**
 * The table, with both indexes showing each change only `lagMs` later, as DynamoDB's do: a new item is missing at first,
 * and a changed or deleted one is still found under its old key with its old value and version. Reads of the items
 * themselves are immediate. It knows only what is written through it, so the table must be empty at first.
 */
export function laggingIndexes(table: Table, { clock, lagMs }: Lag): Table {
  const histories = new Map<string, State[]>();

  const changed = (key: Key, item: Item | undefined): void => {
    const name = JSON.stringify([key.pk, key.sk]);
    const shownFrom = clock.now() + lagMs;
    histories.set(name, [...currentOnwards(histories.get(name) ?? [], clock.now()), { shownFrom, item }]);
  };
  return {
    get: (key) => table.get(key),
    put: async (item, expected) => {
      const value = structuredClone(item.value);
      const written = await table.put(item, expected);
      if (written) changed(item, { ...present(item), value, version: expected + 1 });
      return written;
    },
    delete: async (key, expected) => {
      const deleted = await table.delete(key, expected);
      if (deleted) changed(key, undefined);
      return deleted;
    },
    query: async (query) => query.index === undefined ? table.query(query) : undefined as never,
  };
}

interface State {
  shownFrom: number;
  /** Undefined: deleted. */
  item: Item | undefined;
}
