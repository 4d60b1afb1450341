import type { Context } from "hono";
import * as z from "zod";
import { parse, Refusal } from "./refusal.ts";

/**
 * One page of `items`, which come sorted by `position` upwards, after the place named by `x-continuation-token`.
 * `list` tells the lists apart, so that a token of one is refused (21418) by another. `next` is null on the last page.
 */
export function page<T>(
  c: Context,
  list: string,
  items: T[],
  position: (item: T) => number,
): { items: T[]; next: string | null } {
  const size = parse(pageSize, c.req.query("pageSize"));
  const token = c.req.header("x-continuation-token");
  const after = token === undefined || token === "" ? -Infinity : read(token, list);
  const rest = items.filter((item) => position(item) > after);
  const shown = rest.slice(0, size);
  const last = shown.at(-1);
  const more = rest.length > shown.length && last !== undefined;
  return { items: shown, next: more ? write(list, position(last)) : null };
}

const pageSize = z.coerce.number().int().min(10).max(1000).default(10);

function write(list: string, position: number): string {
  return Buffer.from(`${list}|${position}`).toString("base64");
}

function read(token: string, list: string): number {
  const [name, position] = Buffer.from(token, "base64").toString().split("|");
  if (name !== list || !/^-?\d+$/.test(position ?? "")) throw new Refusal(21418);
  return Number(position);
}
