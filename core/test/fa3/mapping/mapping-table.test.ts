import { expect, it } from "vitest";
import * as z from "zod";
import { mappingTable } from "../../../src/fa3/mapping/invoice.ts";
import { officialElements } from "./official-elements.ts";
import { modelFields, unwrap } from "./schema-walk.ts";

it("has an entry for every element of the official schema, and for nothing else", () => {
  const mapped = mappingTable().map(({ element }) => element);
  const official = officialElements().filter((path) => !path.includes("KodFormularza/@"));
  expect(official.length).toBeGreaterThan(300);
  expect(mapped.toSorted()).toEqual(official.toSorted());
});

it("has an element for every field of the model, and names no field the model does not have", () => {
  const fields = modelFields().flatMap(({ path, schema }) => leaf(path, schema));
  const mapped = new Set(mappingTable().flatMap(({ model }) => (model === "" ? [] : [model])));
  // Elements that only say whether there is an object name the object.
  const objects = modelFields().map(({ path }) => path);
  expect(fields.filter((path) => !mapped.has(path))).toEqual([]);
  expect([...mapped].filter((path) => !fields.includes(path) && !objects.includes(path))).toEqual([]);
});

function leaf(path: string, schema: z.core.$ZodType): string[] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray) return leaf(`${path}[]`, inner.element);
  return inner instanceof z.ZodObject ? [] : [path];
}
