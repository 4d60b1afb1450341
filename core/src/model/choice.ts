import { sentence } from "./sentence.ts";

type Shaped = Record<string, unknown>;

/** For `.refine`: exactly one of these fields is there. A `false` counts as absent. */
export function exactlyOne(...fields: string[]) {
  return [
    (value: Shaped) => count(value, fields) === 1,
    {
      error: sentence(
        `Give exactly one of: ${fields.join(", ")}.`,
        `Podaj dokładnie jedno z pól: ${fields.join(", ")}.`,
      ),
    },
  ] as const;
}

/** For `.refine`: at most one of these fields is there. */
export function atMostOne(...fields: string[]) {
  return [
    (value: Shaped) => count(value, fields) <= 1,
    {
      error: sentence(
        `Give at most one of: ${fields.join(", ")}.`,
        `Podaj najwyżej jedno z pól: ${fields.join(", ")}.`,
      ),
    },
  ] as const;
}

function count(value: Shaped, fields: string[]): number {
  return fields.filter((field) => value[field] !== undefined && value[field] !== false).length;
}
