import type { Context } from "hono";
import * as z from "zod";
import { parse } from "./refusal.ts";

/** One page of `items` by `pageOffset` (the number of the page, from 0) and `pageSize`. */
export function offsetPage<T>(c: Context, items: T[]): { items: T[]; hasMore: boolean } {
  const { pageOffset, pageSize } = parse(pageSchema, c.req.query());
  const from = pageOffset * pageSize;
  return { items: items.slice(from, from + pageSize), hasMore: items.length > from + pageSize };
}

const pageSchema = z.object({
  pageOffset: z.coerce.number().int().min(0).default(0),
  pageSize: z.coerce.number().int().min(10).max(100).default(10),
});
