import { HubError, type Fault } from "../error.ts";
import type { Invoice } from "../model.ts";
import type { Json } from "../ports.ts";
import { invoiceFrom } from "../source.ts";
import type { Draft, DraftLine } from "./draft.ts";
import type { Mapping } from "./mapping.ts";

/**
 * The invoice of a draft: with what the field map finds in the record, the VAT rates of its tax codes, and the defaults.
 * Throws `map.incomplete` with a fault for each field that is missing or wrong, saying where it can be filled in.
 */
export function complete(draft: Draft, content: Json, mapping: Mapping): Invoice {
  const faults: Fault[] = [];
  const { lines, ...head } = structuredClone(draft);
  const model: Tree = { ...(head as Tree) };
  for (const [path, from] of ofHead(mapping.fields)) place(model, path, valueAt(content, from));
  for (const [path, value] of ofHead(mapping.defaults))
    if (read(model, path) === undefined) place(model, path, value);
  model["lines"] = lines.map((line, index) => completeLine(line, index, { content, mapping, faults }));

  const invoice = parsed(model);
  if (!Array.isArray(invoice) && faults.length === 0) return invoice;
  // A rate that the map lacks is named by its code, which says more than that it is missing.
  const named = new Set(faults.map(({ path }) => path));
  if (Array.isArray(invoice))
    faults.push(...invoice.filter(({ path }) => !named.has(path)).map((fault) => lacking(fault)));
  const message = faults.map((fault) => `${fault.path}: ${fault.message}`).join("; ");
  throw new HubError("map.incomplete", message, { faults });
}

/** The invoice, or what is wrong with it. */
function parsed(model: Tree): Invoice | Fault[] {
  try {
    return invoiceFrom(model);
  } catch (thrown) {
    if (thrown instanceof HubError && thrown.code === "model.invalid") return thrown.faults;
    throw thrown;
  }
}

type Tree = { [name: string]: Json | undefined };

interface Work {
  content: Json;
  mapping: Mapping;
  faults: Fault[];
}

function completeLine(draft: DraftLine, index: number, { content, mapping, faults }: Work): Tree {
  const { taxCode, unitCode, source, ...line } = draft;
  const model: Tree = { ...(line as Tree) };
  if (taxCode !== undefined) model["rate"] ??= mapping.taxCodes[taxCode];
  if (unitCode !== undefined) model["unit"] ??= mapping.units[unitCode] ?? unitCode;
  for (const [path, from] of ofLines(mapping.fields))
    place(model, path, from.startsWith("line.") ? valueAt(source, from.slice(5)) : valueAt(content, from));
  for (const [path, value] of ofLines(mapping.defaults))
    if (read(model, path) === undefined) place(model, path, value);
  if (model["rate"] === undefined && model["ossRate"] === undefined)
    faults.push(withoutRate(`lines.${index}.rate`, taxCode));
  return model;
}

function withoutRate(path: string, taxCode: string | undefined): Fault {
  if (taxCode === undefined)
    return {
      code: "map.rate",
      path,
      message:
        'The line has no tax code: give it one in the record, or the connection a default for "lines.rate".',
      messagePl:
        'Pozycja nie ma kodu podatku: uzupełnij go w zapisie albo dodaj w połączeniu wartość domyślną "lines.rate".',
    };
  return {
    code: "map.tax-code",
    path,
    message: `The tax code "${taxCode}" has no VAT rate yet: add it to the tax codes of the connection.`,
    messagePl: `Kod podatku "${taxCode}" nie ma jeszcze stawki VAT: dodaj go do kodów podatku w połączeniu.`,
  };
}

function lacking({ path = "", message, messagePl = message }: Fault): Fault {
  const dotted = path.replaceAll(/\[(\d+)\]/g, ".$1");
  const field = dotted.replace(/^lines\.\d+/, "lines");
  return {
    code: "map.field",
    path: dotted,
    message: `${message} Fill it in in the record, or map "${field}" in the connection: in fields, or in defaults.`,
    messagePl: `${messagePl} Uzupełnij to w zapisie albo dodaj "${field}" w połączeniu: w polach lub w wartościach domyślnych.`,
  };
}

const ofHead = <Value>(entries: Record<string, Value>): [string, Value][] =>
  Object.entries(entries).filter(([path]) => !path.startsWith("lines."));

const ofLines = <Value>(entries: Record<string, Value>): [string, Value][] =>
  Object.entries(entries).flatMap(([path, value]): [string, Value][] =>
    path.startsWith("lines.") ? [[path.slice("lines.".length), value]] : [],
  );

/** A single value at a path such as `company.properties.nip` or `addresses[0].city`, as text; undefined where there is none. */
export function valueAt(content: Json, path: string): string | boolean | undefined {
  let value: Json | undefined = content;
  for (const name of path.split(/[.[\]]+/).filter((part) => part !== "")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Array.isArray(value) ? value[Number(name)] : Object.hasOwn(value, name) ? value[name] : undefined;
  }
  if (typeof value === "boolean") return value;
  const text = typeof value === "number" ? String(value) : typeof value === "string" ? value.trim() : "";
  return text === "" ? undefined : text;
}

function read(model: Tree, path: string): Json | undefined {
  return path
    .split(".")
    .reduce<Json | undefined>((at, name) => (isTree(at) ? at[name] : undefined), model as Json);
}

function place(model: Tree, path: string, value: string | boolean | undefined): void {
  if (value === undefined) return;
  const names = path.split(".");
  const last = names.pop() ?? "";
  let at = model;
  for (const name of names) {
    const next = at[name];
    const inner: Tree = isTree(next) ? next : {};
    at[name] = inner;
    at = inner;
  }
  at[last] = value;
}

const isTree = (value: Json | undefined): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);
