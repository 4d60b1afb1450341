import type { OpenApiSchema } from "./document.ts";

export type Direction = "request" | "response";

/**
 * A schema of OpenAPI 3.0 as JSON Schema. `nullable` becomes a type; an object has no property that it does not list;
 * what is `readOnly` is not for requests. References go to `$defs`. Throws for composition: closed objects forbid it.
 */
export function jsonSchema(schema: OpenApiSchema, direction: Direction): Record<string, unknown> {
  const { $ref, allOf, nullable, readOnly: _, properties, required, items, ...rest } = schema;
  const { additionalProperties, minimum, exclusiveMinimum, ...others } = rest;
  if ($ref !== undefined) return { $ref: $ref.replace("#/components/schemas/", "#/$defs/") };
  return {
    ...others,
    ...(allOf && only(allOf, properties, nullable, direction)),
    ...(minimum !== undefined && { [exclusiveMinimum ? "exclusiveMinimum" : "minimum"]: minimum }),
    ...(nullable && rest.type !== undefined && { type: [rest.type, "null"] }),
    ...(nullable && rest.enum !== undefined && { enum: [...rest.enum, null] }),
    ...(items && { items: jsonSchema(items, direction) }),
    ...(properties && { properties: members(properties, direction), additionalProperties: false }),
    ...(additionalProperties && { additionalProperties: jsonSchema(additionalProperties, direction) }),
    ...(required && { required: required.filter((name) => isFor(direction, properties?.[name])) }),
  };
}

/** KSeF's document uses `allOf` to say more about one reference. */
function only(
  allOf: OpenApiSchema[],
  properties: unknown,
  nullable: boolean | undefined,
  direction: Direction,
): Record<string, unknown> {
  const [target, ...more] = allOf;
  if (target === undefined || more.length > 0 || properties !== undefined)
    throw new Error(`The document composes a schema: ${JSON.stringify({ allOf, properties })}`);
  const schema = jsonSchema(target, direction);
  return nullable ? { if: { type: "null" }, else: schema } : { allOf: [schema] };
}

function members(properties: Record<string, OpenApiSchema>, direction: Direction): Record<string, unknown> {
  const own = Object.entries(properties).filter(([, schema]) => isFor(direction, schema));
  return Object.fromEntries(own.map(([name, schema]) => [name, jsonSchema(schema, direction)]));
}

const isFor = (direction: Direction, schema: OpenApiSchema | undefined): boolean =>
  direction === "response" || schema?.readOnly !== true;
