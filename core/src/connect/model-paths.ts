import * as z from "zod";
import { Invoice } from "../model.ts";

/**
 * The fields of the model that a mapping may name, as dotted paths: `buyer.nip`, `saleDate`, and for every line
 * `lines.unit`. Single values only: what is a list of its own cannot be mapped.
 */
export const modelPaths: ReadonlySet<string> = new Set(pathsOf(Invoice, ""));

function pathsOf(schema: z.core.$ZodType, path: string): string[] {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodObject)
    return Object.entries(inner.shape as Record<string, z.core.$ZodType>).flatMap(([name, field]) =>
      pathsOf(field, path === "" ? name : `${path}.${name}`),
    );
  if (inner instanceof z.ZodArray) return path === "lines" ? pathsOf(inner.element, path) : [];
  return [path];
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return unwrapped(schema.unwrap());
  return schema;
}

/** The path that was most likely meant; undefined when none is near. */
export function nearestPath(path: string): string | undefined {
  const near = [...modelPaths].map((known) => ({ known, distance: distanceOf(path, known) }));
  const [best] = near.toSorted((one, other) => one.distance - other.distance);
  return best !== undefined && best.distance <= 3 ? best.known : undefined;
}

/** Levenshtein: the least number of letters that are added, dropped or changed. */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [at, letter] of Array.from(one).entries())
    row = row.reduce<number[]>((next, above, place) => {
      if (place === 0) return [at + 1];
      const same = (row[place - 1] ?? 0) + Number(letter !== other[place - 1]);
      return [...next, Math.min(above + 1, (next[place - 1] ?? 0) + 1, same)];
    }, []);
  return row.at(-1) ?? 0;
}
