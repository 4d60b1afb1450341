import { pageToken, positionOf } from "../src/adapters/page-token.ts";
import { HubError } from "../src/error.ts";
import type { Clock, Item, Json, Key, NewItem, Page, Query, Table } from "../src/ports.ts";

/**
 * The table, with both indexes showing each change only `lagMs` later, as DynamoDB's do: a new item is missing at first,
 * and one that was changed or deleted is still listed under its old key with its old value and version. `get` and a
 * `query` without an index stay as they are. Write through it alone; what the table held before is in the indexes.
 */
export function laggingIndexes(table: Table, { clock, lagMs }: { clock: Clock; lagMs: number }): Table {
  /** Of the items changed within the lag, the oldest state first: what came before, then each change. */
  const histories = new Map<string, State[]>();

  /** The change is hidden from the moment it may be made, not from the moment we hear of it. */
  const write = async (
    key: Key,
    after: Item | undefined,
    change: () => Promise<boolean>,
  ): Promise<boolean> => {
    const before = await table.get(key);
    const history = histories.get(nameOf(key)) ?? [{ item: before, shownFrom: -Infinity }];
    const state = { item: after, shownFrom: Infinity };
    history.push(state);
    histories.set(nameOf(key), history);
    let made = false;
    try {
      return (made = await change());
    } finally {
      if (made) state.shownFrom = clock.now() + lagMs;
      else history.splice(history.indexOf(state), 1);
    }
  };
  /** From here on the table's own index says the same. */
  const forgetOld = () => {
    for (const [name, history] of histories)
      if (history.every(({ shownFrom }) => shownFrom <= clock.now())) histories.delete(name);
  };
  return {
    get: (key) => table.get(key),
    put: (item, expected) => write(item, stored(item, expected + 1), () => table.put(item, expected)),
    delete: (key, expected) => write(key, undefined, () => table.delete(key, expected)),
    query: async (query) => {
      const { index } = query;
      if (index === undefined) return table.query(query);
      forgetOld();
      const settled = await allOf(table, query);
      const shown = [...histories.values()].map(
        (history) => history.findLast(({ shownFrom }) => shownFrom <= clock.now())?.item,
      );
      const items = [
        ...settled.filter((item) => !histories.has(nameOf(item))),
        ...structuredClone(shown.filter((item) => item !== undefined)),
      ];
      return pageOf(items, { ...query, index });
    },
  };
}

interface State {
  /** Undefined: there is none. */
  item: Item | undefined;
  shownFrom: number;
}

const nameOf = ({ pk, sk }: Key): string => JSON.stringify([pk, sk]);

/** As the table will give it back. */
function stored({ pk, sk, value, index1, index2 }: NewItem, version: number): Item {
  const item: Item = { pk, sk, version, value: JSON.parse(JSON.stringify(value)) as Json };
  if (index1 !== undefined) item.index1 = { pk: index1.pk, sk: index1.sk };
  if (index2 !== undefined) item.index2 = { pk: index2.pk, sk: index2.sk };
  return item;
}

async function allOf(table: Table, { index, pk }: Query): Promise<Item[]> {
  const items: Item[] = [];
  for (let after: string | undefined; ;) {
    const query = { index, pk, limit: 1000, ...(after === undefined ? {} : { after }) } as Query;
    const page = await table.query(query);
    items.push(...page.items);
    if (page.next === undefined) return items;
    after = page.next;
  }
}

function pageOf(items: Item[], query: Query & { index: 1 | 2 }): Page {
  const { index, pk, from, to, reverse = false, limit = 100, after } = query;
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw new HubError("request.invalid", "A page has 1 to 1,000 items.");
  const start = after === undefined ? undefined : positionOf(after, query, 3);
  const direction = reverse ? -1 : 1;
  const found = items
    .flatMap((item) => {
      const key = item[`index${index}`];
      return key?.pk === pk ? { item, position: [key.sk, item.pk, item.sk] } : [];
    })
    .filter(({ position: [sk = ""] }) => from === undefined || compare([sk], [from]) >= 0)
    .filter(({ position: [sk = ""] }) => to === undefined || compare([sk], [to]) <= 0)
    .filter(({ position }) => start === undefined || compare(position, start) * direction > 0)
    .toSorted((one, other) => compare(one.position, other.position) * direction);
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  const listed = page.map(({ item }) => item);
  return last === undefined ? { items: listed } : { items: listed, next: pageToken(query, last.position) };
}

/** By UTF-8 bytes, the first that differ. */
function compare(one: string[], other: string[]): number {
  const orders = one.map((text, at) => Buffer.compare(Buffer.from(text), Buffer.from(other[at] ?? "")));
  return orders.find((order) => order !== 0) ?? 0;
}
