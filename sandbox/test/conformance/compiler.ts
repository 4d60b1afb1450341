import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import * as formats from "ajv-formats";
import type { OpenApiDocument, OpenApiSchema } from "./document.ts";
import { jsonSchema, type Direction } from "./json-schema.ts";

/** What is wrong with a value: JSON path, complaint and the words of the document; empty when nothing is. */
export type Validate = (schema: OpenApiSchema, direction: Direction, value: unknown) => string[];

/** Validators by schema and direction, compiled when they are first asked for. */
export function compiler(document: OpenApiDocument): Validate {
  const compile = { request: compileFor(document, "request"), response: compileFor(document, "response") };
  return (schema, direction, value) => {
    const validate = compile[direction](schema);
    const errors = validate(value) ? [] : (validate.errors ?? []).filter(({ keyword }) => keyword !== "if");
    // The document says some things both of a property and of its type.
    const distinct = Map.groupBy(errors, ({ instancePath, message }) => `${instancePath} ${message}`);
    return [...distinct.values()].map(([error]) => words(error!));
  };
}

function compileFor(
  { components }: OpenApiDocument,
  direction: Direction,
): (schema: OpenApiSchema) => ValidateFunction {
  // The document's patterns escape more than the Unicode mode of regular expressions lets them.
  const ajv = new Ajv({ allErrors: true, verbose: true, strict: false, unicodeRegExp: false });
  formats.default.default(ajv);
  const definitions = Object.entries(components.schemas);
  const $defs = Object.fromEntries(definitions.map(([name, each]) => [name, jsonSchema(each, direction)]));
  ajv.addSchema({ $id: "ksef", $defs });
  const compiled = new Map<OpenApiSchema, ValidateFunction>();
  return (schema) => {
    const known = compiled.get(schema) ?? ajv.compile(rooted(jsonSchema(schema, direction)));
    compiled.set(schema, known);
    return known;
  };
}

/** A schema outside the components names them from there. */
const rooted = (schema: Record<string, unknown>): Record<string, unknown> =>
  JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"ksef#/')) as Record<string, unknown>;

function words({ instancePath, keyword, message, params, parentSchema, data }: ErrorObject): string {
  const place = instancePath === "" ? "the value" : instancePath;
  const properties = parentSchema?.["properties"] as Record<string, { description?: string }> | undefined;
  const about = keyword === "required" ? properties?.[String(params["missingProperty"])] : parentSchema;
  const description = (about as { description?: string } | undefined)?.description;
  const detail = {
    additionalProperties: ` "${String(params["additionalProperty"])}"`,
    enum: ` ${JSON.stringify(params["allowedValues"])}`,
  }[keyword];
  const found = keyword === "required" || keyword === "additionalProperties" ? "" : `, not ${shown(data)}`;
  const said = description === undefined ? "" : `; the document: ${JSON.stringify(description)}`;
  return `${place} ${message ?? keyword}${detail ?? ""}${found}${said}`;
}

function shown(data: unknown): string {
  const text = JSON.stringify(data);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
