import * as fc from "fast-check";
import * as z from "zod";
import { Invoice, type Kind } from "../../../src/model.ts";
import { unwrap } from "./schema-walk.ts";

/**
 * Any invoice of a kind the model allows, derived from the schema of the model: every optional field is there in some of
 * them. What `normalise` would fill is there in all of them. Lists are short.
 */
export function anyInvoice(kind: Kind): fc.Arbitrary<Invoice> {
  return anyOf(Invoice, "").map((invoice) => Invoice.parse({ ...(invoice as object), kind }));
}

/** What the writer demands and the schema of the model does not. */
const filled = new Set([
  "createdAt",
  "currency",
  "amountDue",
  "lines[].number",
  "order.grossTotal",
  "order.lines[].number",
]);

/** Of these fields one is given, where an object has all of them. The first rule that fits a field counts. */
const oneOf = [
  ["nip", "internalId", "euVat", "otherTaxId", "noTaxId"],
  ["nip", "euVat", "otherTaxId", "noTaxId"],
  ["role", "otherRole"],
  ["mode", "otherMode"],
  ["load", "otherLoad"],
  ["ksefNumber", "outsideKsef"],
  ["ksefNumber", "number"],
  ["act", "directive", "other"],
  ["land", "vessel", "aircraft"],
  ["vin", "bodyNumber", "chassisNumber", "frameNumber"],
  ["paidOn", "partPayments"],
  ["form", "otherForm"],
  ["toPay", "overpaid"],
  ["saleDate", "salePeriod"],
];

function anyOf(schema: z.core.$ZodType, path: string): fc.Arbitrary<unknown> {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) return anyObject(inner.shape, path);
  if (inner instanceof z.ZodArray) {
    const shortest = limit(inner, "minimum", 0);
    const limits = { minLength: shortest, maxLength: shortest + 2 };
    return fc.array(anyOf(inner.element, `${path}[]`), limits);
  }
  if (inner instanceof z.ZodEnum) return fc.constantFrom(...inner.options);
  if (inner instanceof z.ZodLiteral) return fc.constantFrom(...inner.values);
  if (inner instanceof z.ZodBoolean) return fc.boolean();
  if (inner instanceof z.ZodNumber)
    return fc.integer({
      min: limit(inner, "value", Number.MIN_SAFE_INTEGER, "greater_than"),
      max: limit(inner, "value", Number.MAX_SAFE_INTEGER, "less_than"),
    });
  return anyString(inner as z.ZodString, path);
}

function anyObject(shape: Record<string, z.core.$ZodType>, path: string): fc.Arbitrary<unknown> {
  const values = Object.fromEntries(
    Object.entries(shape).map(([key, schema]) => {
      const here = path === "" ? key : `${path}.${key}`;
      const value = anyOf(schema, here);
      const optional = schema instanceof z.ZodOptional && !filled.has(here);
      return [key, optional && !isExclusive(key, shape) ? fc.option(value, { nil: undefined }) : value];
    }),
  );
  const groups = choices(shape);
  return fc
    .tuple(fc.record(values), fc.array(fc.nat(9), { minLength: groups.length, maxLength: groups.length }))
    .map(([fields, picks]) => {
      const record = { ...fields };
      groups.forEach((group, index) => {
        const kept = group[(picks[index] ?? 0) % group.length];
        for (const key of group) if (key !== kept) delete record[key];
      });
      return record;
    });
}

function choices(shape: object): string[][] {
  const found: string[][] = [];
  for (const group of oneOf)
    if (
      group.every((key) => key in shape) &&
      !found.some((other) => other.some((key) => group.includes(key)))
    )
      found.push(group);
  return found;
}

function isExclusive(key: string, shape: object): boolean {
  return choices(shape).some((group) => group.includes(key));
}

const known = new Map<z.core.$ZodType, fc.Arbitrary<string>>();

function anyString(schema: z.ZodString, path: string): fc.Arbitrary<string> {
  const cached = known.get(schema);
  if (cached !== undefined) return cached;
  const arbitrary = candidates(schema, path.slice(path.lastIndexOf(".") + 1))
    .filter((text) => schema.safeParse(text).success)
    .map((text) => schema.parse(text));
  known.set(schema, arbitrary);
  return arbitrary;
}

function candidates(schema: z.ZodString, field: string): fc.Arbitrary<string> {
  if (field === "email") return fc.tuple(word, word).map(([name, host]) => `${name}@${host}.pl`);
  if (field === "link")
    return fc.nat(999).map((n) => `https://pay${n}.example.pl/a?x=1&IPKSeF=123abcdefghij&y=2#z`);
  if (["createdAt", "startsAt", "endsAt"].includes(field)) return dateTime;
  if (schema instanceof z.ZodISODate) return day;
  const limits = z.globalRegistry.get(schema) as { minLength?: number; maxLength?: number } | undefined;
  if (limits?.maxLength !== undefined) return textOf(limits.minLength ?? 0, limits.maxLength);
  const regex = patternOf(schema);
  if (regex === undefined) throw new Error(`nobody knows how to make a ${field}`);
  return fc.stringMatching(regex);
}

/** A number one of the checks of a schema names. */
function limit(schema: z.ZodArray | z.ZodNumber, name: string, otherwise: number, kind?: string): number {
  for (const check of schema.def.checks ?? []) {
    const definition = check["_zod"].def as unknown as Record<string, unknown>;
    const value = definition[name];
    if (typeof value === "number" && (kind === undefined || definition["check"] === kind)) return value;
  }
  return otherwise;
}

function patternOf(schema: z.ZodString): RegExp | undefined {
  for (const check of schema.def.checks ?? []) {
    const { pattern } = check["_zod"].def as { pattern?: RegExp };
    if (pattern !== undefined) return pattern;
  }
}

const word = fc.constantFrom(
  "Żółw",
  "łódź",
  "A&B",
  "<x>",
  "]]>",
  "\"'",
  "5\u00A0zł",
  "😀",
  "a\tb",
  "c\nd",
  "e\rf",
  "\u0085",
  "zwykły",
);

/** Words, and now and then any characters at all, or as many as there may be. */
function textOf(shortest: number, longest: number): fc.Arbitrary<string> {
  const words = fc.array(word, { minLength: 1, maxLength: 4 }).map((all) => all.join(" "));
  const anything = fc.string({ unit: "binary", minLength: shortest, maxLength: Math.min(longest, 40) });
  const full = fc.constantFrom("ż".repeat(longest), "😀".repeat(longest), "z".repeat(shortest));
  return fc
    .oneof(
      { weight: 8, arbitrary: words },
      { weight: 2, arbitrary: anything },
      { weight: 1, arbitrary: full },
    )
    .map((text) =>
      text.length < shortest ? text.padEnd(shortest, "x") : Array.from(text).slice(0, longest).join(""),
    );
}

const day = fc.oneof(
  { weight: 9, arbitrary: daysBetween("2016-07-01", "2050-01-01") },
  {
    weight: 1,
    arbitrary: fc.constantFrom("1990-01-01", "2006-01-01", "2016-07-01", "2028-02-29", "2050-01-01"),
  },
);

const dateTime = fc
  .tuple(
    daysBetween("2025-09-02", "2049-12-31"),
    fc.constantFrom("00:00:00", "23:59:59", "09:30:47", "12:00:00.123", "24:00:00"),
    fc.constantFrom("Z", "+02:00", "-11:30", ""),
  )
  .map(([date, time, offset]) => `${date}T${time}${offset}`);

function daysBetween(first: string, last: string): fc.Arbitrary<string> {
  return fc
    .date({ min: new Date(first), max: new Date(last), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10));
}
