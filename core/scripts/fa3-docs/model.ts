import { mappingTable } from "../../src/fa3/mapping/invoice.ts";
import { descriptionOf, elementAround, modelObjects, objectAt, type ModelObject } from "./objects.ts";
import { sentenceOf, shapeOf, typeOf, valueTypes, type Schema } from "./types.ts";

const rows = mappingTable();
const objects = modelObjects();

/** The names of the objects, for the table of contents. */
export const objectNames: readonly string[] = objects.map(({ name }) => name);

/** The types of values, the objects with their fields, and where each object stands. */
export function modelChapter(): string {
  const types = valueTypes.map(({ name, meaning }) => `| ${name} | ${cell(meaning)} |`);
  return `| type | how it is written |\n| --- | --- |\n${types.join("\n")}\n\n${objects.map(section).join("\n")}`;
}

/** Every element of FA(3) with the field that holds what it says, in the order of the schema. */
export function elementsChapter(): string {
  const lines = rows.map(
    ({ element, model }) => `| \`${element}\` | ${model === "" ? "fixed" : `\`${model}\``} |`,
  );
  return `| element | field |\n| --- | --- |\n${lines.join("\n")}\n`;
}

/** Text that does not end the cell of a table. */
export function cell(text: string): string {
  return text.replaceAll("\n", " ").replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("|", "\\|");
}

function section(object: ModelObject): string {
  const { name, description, fields, places } = object;
  const lines = Object.entries(fields).map(([key, schema]) => {
    const required = schema.def.type === "optional" ? "" : "yes";
    return `| \`${key}\` | ${typeOf(schema, link(schema))} | ${required} | ${cell(explanation(schema))} | ${elements(object, key, schema)} |`;
  });
  return `### ${name}

${description}${places[0] === "" ? "" : `\n\n${places.map(placeLine).join("\n")}`}

| field | type | required | meaning | FA(3) |
| --- | --- | --- | --- | --- |
${lines.join("\n")}
`;
}

const placeLine = (place: string): string => `- \`${place}\` is in \`${elementAround(rows, place)}\``;

/** What a field means, and how it is written when its type does not say it. */
function explanation(schema: Schema): string {
  const type = typeOf(schema, "");
  const sentence = /^(string|text)/.test(type) ? sentenceOf(schema) : "";
  return sentence === "" ? descriptionOf(schema) : `${descriptionOf(schema)} ${sentence}`;
}

function link(schema: Schema): string {
  const object = objectAt(objects, schema);
  return object === undefined ? "" : `[${object.name}](#${object.name.toLowerCase().replaceAll(".", "")})`;
}

/** The elements of a field, below the element its object stands in. Throws for a field that the mapping forgets. */
function elements({ places }: ModelObject, key: string, schema: Schema): string {
  const found = places.flatMap((place) => {
    const path = place === "" ? key : `${place}.${key}`;
    const around = elementAround(rows, place);
    if (shapeOf(schema) !== undefined) {
      const list = rows.some(({ model }) => model.startsWith(`${path}[]`)) ? "[]" : "";
      return below(around, elementAround(rows, path + list));
    }
    const own = rows.filter(({ model }) => model.replace(/(\[\])+$/, "") === path);
    if (own.length === 0) throw new Error(`The mapping has no element for ${path}.`);
    return own.map(({ element }) => below(around, element));
  });
  const distinct = [...new Set(found)].filter((element) => element !== "");
  return distinct.map((element) => `\`${element}\``).join(" ");
}

const below = (around: string, element: string): string =>
  element === around ? "" : element.slice(around.length + 1);
