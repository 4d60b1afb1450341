import type { MappingRow } from "../../src/fa3/codec.ts";
import * as model from "../../src/model.ts";
import { required, shapeOf, type Schema } from "./types.ts";

/** An object of the model, with every place where it stands. Objects of the same fields are one. */
export interface ModelObject {
  /** `Seller`; for one without a name of its own, `NewVehicle.land`. */
  name: string;
  description: string;
  fields: Record<string, Schema>;
  /** Such as `lines[]`; of the invoice itself, nothing. */
  places: string[];
}

/** Every object of the model, outermost first. */
export function modelObjects(): ModelObject[] {
  const found = new Map<string, ModelObject>();
  visit(model.Invoice, "", "Invoice", found);
  return [...found.values()];
}

/** The object that stands at a field of another. */
export function objectAt(objects: readonly ModelObject[], schema: Schema): ModelObject | undefined {
  const shape = shapeOf(schema);
  return shape && objects.find(({ fields }) => signatureOf(fields) === signatureOf(shape));
}

/** The description of a field, or of what it holds. */
export function descriptionOf(schema: Schema): string {
  const own = textOf(schema) ?? textOf(required(schema));
  if (own !== undefined) return own;
  throw new Error("A field of the model has no description.");
}

/** The elements of the place `path` have this element around them all. */
export function elementAround(rows: readonly MappingRow[], path: string): string {
  const inside = rows.filter(({ model: at }) => path === "" || at === path || at.startsWith(`${path}.`));
  const paths = inside.map(({ element }) => element.split("/").slice(0, -1));
  const [first = []] = paths;
  const length = first.findIndex((name, index) => paths.some((other) => other[index] !== name));
  const common = length < 0 ? first : first.slice(0, length);
  const direct = inside.some(({ model: at }) => !at.slice(path.length + 1).includes("."));
  const nested = inside.some(({ model: at }) => at.slice(path.length + 1).includes("[]."));
  return (direct || !nested ? common : common.slice(0, -1)).join("/");
}

function visit(schema: Schema, place: string, parent: string, found: Map<string, ModelObject>): void {
  const fields = shapeOf(schema);
  if (fields === undefined) return;
  const signature = signatureOf(fields);
  const known = found.get(signature);
  const exported = published.get(signature);
  const name = exported?.name ?? parent;
  if (known !== undefined) known.places.push(place);
  else
    found.set(signature, {
      name,
      description: exported?.description ?? ownDescription(schema),
      fields,
      places: [place],
    });
  for (const [key, field] of Object.entries(fields)) {
    const list = required(field).def.type === "array" ? "[]" : "";
    visit(field, place === "" ? key + list : `${place}.${key}${list}`, `${name}.${key}`, found);
  }
}

/** Of the object itself rather than of the place where it stands, when it has its own. */
function ownDescription(schema: Schema): string {
  const { def } = required(schema);
  const own = def.type === "array" ? textOf(def.element as Schema) : textOf(required(schema));
  return own ?? descriptionOf(schema);
}

const textOf = (schema: Schema): string | undefined => schema.description;

function signatureOf(fields: Record<string, Schema>): string {
  return JSON.stringify(
    Object.entries(fields).map(([key, field]) => [key, required(field).def.type, descriptionOf(field)]),
  );
}

/** The objects the model exports have names. */
const published: ReadonlyMap<string, { name: string; description: string }> = new Map(
  Object.entries(model).flatMap(([name, exported]) => {
    if (typeof exported !== "object" || !("_zod" in exported)) return [];
    const schema = exported as unknown as Schema;
    const shape = shapeOf(schema);
    return shape === undefined
      ? []
      : [[signatureOf(shape), { name, description: descriptionOf(schema) }] as const];
  }),
);
