import * as z from "zod";
import { Invoice } from "../../../src/model.ts";

/** A field of the model: `lines[].name`, its schema without "optional", and whether somebody described it. */
export interface ModelField {
  path: string;
  schema: z.core.$ZodType;
  described: boolean;
}

/** Every field of the invoice, objects and lists included. */
export function modelFields(): ModelField[] {
  return fieldsOf(Invoice, "");
}

/** Through `optional`; the description may be on any layer. */
export function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional ? unwrap(schema.unwrap()) : schema;
}

function fieldsOf(schema: z.core.$ZodType, path: string): ModelField[] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray) return fieldsOf(inner.element, `${path}[]`);
  if (!(inner instanceof z.ZodObject)) return [];
  return Object.entries(inner.shape).flatMap(([key, value]) => {
    const field = value as z.core.$ZodType;
    const here = path === "" ? key : `${path}.${key}`;
    return [{ path: here, schema: unwrap(field), described: isDescribed(field) }, ...fieldsOf(field, here)];
  });
}

function isDescribed(schema: z.core.$ZodType): boolean {
  if (z.globalRegistry.get(schema)?.description) return true;
  return schema instanceof z.ZodOptional && isDescribed(schema.unwrap());
}
