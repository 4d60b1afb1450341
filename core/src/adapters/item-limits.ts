import { HubError } from "../error.ts";
import type { Key, NewItem } from "../ports.ts";

/** The value as JSON; `request.invalid` for what DynamoDB would refuse: an empty or long key, an item of 400 KB. */
export function requireItem(item: NewItem): string {
  const keys = [item, item.index1, item.index2].filter((key) => key !== undefined);
  for (const key of keys) requireKey(key);
  const value = JSON.stringify(item.value);
  const size = keys.reduce((sum, { pk, sk }) => sum + bytes(pk) + bytes(sk), bytes(value));
  if (size >= 400 * 1024 - attributes)
    throw new HubError("request.invalid", `An item stays below 400 KB; this one has ${size} bytes.`);
  return value;
}

/** DynamoDB counts the names of attributes and what an adapter keeps beside the value, too. */
const attributes = 256;

/** A lone surrogate has no UTF-8 form: it would be stored as another character and find other items. */
export function requireKey({ pk, sk }: Key): void {
  const valid = [pk, sk].every((part) => part !== "" && part.isWellFormed() && bytes(part) <= 1024);
  if (!valid)
    throw new HubError("request.invalid", "A key has 1 to 1,024 bytes of well-formed text in each part.");
}

/** The items of a page, 100 where nothing is said. */
export function requireLimit(limit = 100): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw new HubError("request.invalid", "A page has 1 to 1,000 items.");
  return limit;
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}
