import type * as z from "zod";
import { amount, percentage, price, quantity } from "../../src/model/number.ts";

/** The schemas the model is made of. */
export type Schema = z.ZodType & { def: z.core.$ZodTypes["_zod"]["def"] };

/** The kinds of value that have a name of their own in the documentation. */
export const valueTypes: readonly { name: string; meaning: string }[] = [
  { name: "amount", meaning: sentenceOf(amount()) },
  { name: "price", meaning: sentenceOf(price()) },
  { name: "quantity", meaning: sentenceOf(quantity()) },
  { name: "percentage", meaning: sentenceOf(percentage()) },
  { name: "date", meaning: 'A day written "2026-02-15".' },
  { name: "instant", meaning: 'A date and time, with an offset or without: "2026-02-15T09:30:47Z".' },
  { name: "text, 1–256", meaning: "Text with that many characters; runs of white space become one blank." },
  { name: "string", meaning: "Text written in the way its description says." },
  { name: "whole number", meaning: "A JSON number without a fraction." },
];

/** What is inside an optional field. */
export function required(schema: Schema): Schema {
  return schema.def.type === "optional" ? (schema.def.innerType as Schema) : schema;
}

/** The object in a field, be it one or a list of them, and its fields. */
export function shapeOf(schema: Schema): Record<string, Schema> | undefined {
  const { def } = required(schema);
  if (def.type === "array") return shapeOf(def.element as Schema);
  return def.type === "object" ? (def.shape as Record<string, Schema>) : undefined;
}

/** A type in a few words; `objectName` stands for the object in it. */
export function typeOf(schema: Schema, objectName: string): string {
  const { def } = required(schema);
  switch (def.type) {
    case "object":
      return objectName;
    case "array":
      return `list of ${typeOf(def.element as Schema, objectName)}${limits(required(schema))}`;
    case "enum":
      return enumeration(Object.values(def.entries));
    case "literal":
      return def.values.map((value) => `\`${JSON.stringify(value)}\``).join(" \\| ");
    case "boolean":
      return "boolean";
    case "number":
      return "whole number";
    case "string":
      return textType(required(schema));
    default:
      throw new Error(`The documentation has no words for a ${def.type}.`);
  }
}

/** How a string is written, in the words of its own message; undefined where its type says it. */
export function sentenceOf(schema: Schema): string {
  for (const check of required(schema).def.checks ?? []) {
    const { _zod: internals } = check;
    const def = internals.def as unknown as { format?: string; error?: (issue: unknown) => unknown };
    const message = def.format === "regex" ? def.error?.({}) : undefined;
    if (typeof message === "string") return message;
  }
  return "";
}

const decimals = { amount, price, quantity, percentage };

function textType(schema: Schema): string {
  const sentence = sentenceOf(schema);
  for (const [name, type] of Object.entries(decimals)) if (sentenceOf(type()) === sentence) return name;
  if ("format" in schema.def && schema.def.format === "date") return "date";
  if (sentence.startsWith("A date and time")) return "instant";
  const { minLength, maxLength } = meta(schema);
  return maxLength === undefined ? "string" : `text, ${minLength}–${maxLength}`;
}

function enumeration(values: readonly unknown[]): string {
  if (values.length > 25) return `one of ${values.length} codes`;
  return values.map((value) => `\`${String(value)}\``).join(" ");
}

function limits(schema: Schema): string {
  let [least, most] = ["", ""];
  for (const { _zod: internals } of schema.def.checks ?? []) {
    const def = internals.def as { check: string; minimum?: number; maximum?: number };
    if (def.check === "min_length") least = `${def.minimum} to `;
    if (def.check === "max_length") most = `${def.maximum?.toLocaleString("en")}`;
  }
  if (most === "") return least === "" ? "" : `, at least ${least.replace(" to ", "")}`;
  return least === "" ? `, at most ${most}` : `, ${least}${most}`;
}

/** What `line` and `paragraph` of the model say of their lengths. */
function meta(schema: Schema): { minLength?: number; maxLength?: number } {
  const { minLength, maxLength } = schema.meta() ?? {};
  return { ...(isNumber(minLength) && { minLength }), ...(isNumber(maxLength) && { maxLength }) };
}

const isNumber = (value: unknown): value is number => typeof value === "number";
