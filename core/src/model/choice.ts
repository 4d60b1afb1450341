type Shaped = Record<string, unknown>;

/** For `.refine`: exactly one of these fields is there. A `false` counts as absent. */
export function exactlyOne(...fields: string[]) {
  return [
    (value: Shaped) => count(value, fields) === 1,
    { error: `Give exactly one of: ${fields.join(", ")}.` },
  ] as const;
}

/** For `.refine`: at most one of these fields is there. */
export function atMostOne(...fields: string[]) {
  return [
    (value: Shaped) => count(value, fields) <= 1,
    { error: `Give at most one of: ${fields.join(", ")}.` },
  ] as const;
}

function count(value: Shaped, fields: string[]): number {
  return fields.filter((field) => value[field] !== undefined && value[field] !== false).length;
}
