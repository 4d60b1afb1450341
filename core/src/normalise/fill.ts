/**
 * A copy with the derived fields added where the given one says nothing and the derived one is known. Every field that
 * normalisation adds to an object of the invoice goes through here, so that what was given is never overwritten.
 */
export function fill<T extends object>(given: T, derived: Partial<{ [K in keyof T]: T[K] | undefined }>): T {
  const result = { ...given };
  for (const name of Object.keys(derived) as (keyof T)[]) {
    const value = derived[name];
    if (result[name] === undefined && value !== undefined) result[name] = value;
  }
  return result;
}
