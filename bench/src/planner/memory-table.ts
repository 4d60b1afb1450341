import {
  HubError,
  type Item,
  type Key,
  type NewItem,
  type Page,
  type Query,
  type Table,
} from "@ksef-hub/core";
import { pageToken, positionOf } from "../../../core/src/adapters/page-token.ts";

interface Row {
  item: Omit<NewItem, "value">;
  version: number;
  /** JSON, so that nobody shares an object with the table. */
  value: string;
}

/** Where a row stands in an order: the sort key there, then what makes it unique. */
interface Place {
  at: [string, string, string];
  row: Row;
}

/** The ledger in memory: for simulations of so many invoices that files would be most of the time. */
export class MemoryTable implements Table {
  readonly #rows = new Map<string, Row>();
  /** The items themselves and the two indexes: by `pk` of each, sorted. */
  readonly #orders = [0, 1, 2].map(() => new Map<string, Place[]>());

  async get(key: Key): Promise<Item | undefined> {
    requireKeys([key]);
    const row = this.#rows.get(nameOf(key));
    return row && itemOf(row);
  }

  async put(item: NewItem, expected: number): Promise<boolean> {
    const { pk, sk, index1, index2 } = item;
    const keys = [{ pk, sk }, index1, index2].filter((key) => key !== undefined);
    requireKeys(keys);
    const value = JSON.stringify(item.value);
    if (Buffer.byteLength(value) + keys.reduce((sum, key) => sum + bytesOf(key), 0) >= 400 * 1024)
      throw new HubError("request.invalid", "An item stays below 400 KB.");
    const before = this.#rows.get(nameOf(item));
    if ((before?.version ?? 0) !== expected) return false;
    const row: Row = { item: { pk, sk, index1, index2 }, version: expected + 1, value };
    this.#rows.set(nameOf(item), row);
    const earlier = new Map(before === undefined ? [] : keysOf(before));
    for (const [order, key] of keysOf(row)) {
      const places = this.#orders[order]?.get(key.pk) ?? [];
      this.#orders[order]?.set(key.pk, places);
      const at = placeOf(row, key);
      const same = earlier.get(order);
      // Most writes leave an item where it is in an order; moving thousands behind it would take most of the time.
      const stays = same !== undefined && same.pk === key.pk && same.sk === key.sk;
      if (stays) earlier.delete(order);
      places.splice(rank(places, at), stays ? 1 : 0, { at, row });
    }
    if (before !== undefined) this.#remove(before, earlier);
    return true;
  }

  async delete(key: Key, expected: number): Promise<boolean> {
    requireKeys([key]);
    const row = this.#rows.get(nameOf(key));
    if (row === undefined || row.version !== expected) return false;
    this.#remove(row, keysOf(row));
    this.#rows.delete(nameOf(key));
    return true;
  }

  async query(query: Query): Promise<Page> {
    const { index = 0, pk, from, to, reverse = false, limit = 100, after } = query;
    if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
      throw new HubError("request.invalid", "A page has 1 to 1,000 items.");
    const mark = after === undefined ? undefined : (positionOf(after, query, 3) as Place["at"]);
    const places = this.#orders[index]?.get(pk) ?? [];
    let first = from === undefined ? 0 : rank(places, [from, "", ""]);
    // No key has this character after `to` and is `to` itself.
    let end = to === undefined ? places.length : rank(places, [`${to}\u0000`, "", ""]);
    if (mark !== undefined && reverse) end = Math.min(end, rank(places, mark));
    if (mark !== undefined && !reverse) {
      const place = rank(places, mark);
      const isThere = places[place] !== undefined && compare(places[place].at, mark) === 0;
      first = Math.max(first, isThere ? place + 1 : place);
    }
    const page = reverse
      ? places.slice(Math.max(first, end - limit), Math.max(first, end)).toReversed()
      : places.slice(first, Math.min(end, first + limit));
    const items = page.map(({ row }) => itemOf(row));
    const last = page.at(-1);
    return end - first > limit && last ? { items, next: pageToken(query, last.at) } : { items };
  }

  #remove(row: Row, from: Iterable<[number, Key]>): void {
    for (const [order, key] of from) {
      const places = this.#orders[order]?.get(key.pk);
      places?.splice(rank(places, placeOf(row, key)), 1);
    }
  }
}

function keysOf({ item }: Row): [number, Key][] {
  const keys: [number, Key | undefined][] = [
    [0, item],
    [1, item.index1],
    [2, item.index2],
  ];
  return keys.filter((entry): entry is [number, Key] => entry[1] !== undefined);
}

const placeOf = ({ item }: Row, { sk }: Key): Place["at"] => [sk, item.pk, item.sk];

function itemOf({ item: { pk, sk, index1, index2 }, version, value }: Row): Item {
  return { pk, sk, version, value: JSON.parse(value), ...(index1 && { index1 }), ...(index2 && { index2 }) };
}

/** How many places come before this one. */
function rank(places: Place[], at: Place["at"]): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(places[middle]!.at, at) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compare(one: Place["at"], other: Place["at"]): number {
  return byBytes(one[0], other[0]) || byBytes(one[1], other[1]) || byBytes(one[2], other[2]);
}

/** By UTF-8 bytes. Only beside surrogates does JavaScript's own order, by UTF-16 units, differ. */
function byBytes(one: string, other: string): number {
  if (one === other) return 0;
  if (surrogates.test(one) || surrogates.test(other))
    return Buffer.compare(Buffer.from(one), Buffer.from(other));
  return one < other ? -1 : 1;
}

const surrogates = /[\ud800-\udfff]/;
const nameOf = ({ pk, sk }: Key): string => JSON.stringify([pk, sk]);
const bytesOf = ({ pk, sk }: Key): number => Buffer.byteLength(pk) + Buffer.byteLength(sk);

function requireKeys(keys: Key[]): void {
  const parts = keys.flatMap(({ pk, sk }) => [pk, sk]);
  if (parts.every((part) => part !== "" && part.isWellFormed() && Buffer.byteLength(part) <= 1024)) return;
  throw new HubError("request.invalid", "A key has 1 to 1,024 bytes of well-formed text in each part.");
}
