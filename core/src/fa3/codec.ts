import { HubError } from "../error.ts";
import type { XmlElement } from "../xml.ts";

/**
 * One part of the mapping: it ties official elements to model fields, and writes, reads and documents them.
 * An entry does not know where it stands; `record`, `group` and `part` put it there.
 */
export interface Entry<M> {
  /** The elements as XML, or nothing; mandatory fields that are missing are added to `gaps` as model paths. */
  write: Writer<M>;
  /** By the name of a child element: puts what it says into the model. */
  readers: Record<string, Reader>;
  rows: MappingRow[];
}

export type Writer<M> = (model: M, gaps: string[]) => string;
export type Reader = (element: XmlElement, into: Shaped) => void;
export type Shaped = Record<string, unknown>;

/** An official element (or attribute, with an @) and the field of the model that holds what it says. */
export interface MappingRow {
  /** Relative to the root, such as `Faktura/Fa/FaWiersz/P_7`. */
  element: string;
  /** Such as `lines[].name`; for a fixed element what it depends on, or nothing. */
  model: string;
}

/** Entries in the order of the schema, made into one writer and one reader. */
export interface Codec<M> {
  write: Writer<M>;
  /** What the children say; undefined when they say nothing we know. */
  read: (element: XmlElement) => Shaped | undefined;
  readInto: Reader;
  readers: Record<string, Reader>;
  rows: MappingRow[];
}

/** The elements of a type, one after the other, as in the schema's `xsd:sequence`. */
export function sequence<M>(...entries: Entry<M>[]): Codec<M> {
  const writers = entries.map((entry) => entry.write);
  const readers: Record<string, Reader> = Object.assign(
    Object.create(null),
    ...entries.map((entry) => entry.readers),
  );
  const readInto: Reader = (element, into) => {
    for (const child of element.children)
      if (child.namespace === element.namespace) readers[child.name]?.(child, into);
  };
  return {
    write(model, gaps) {
      let xml = "";
      for (let index = 0; index < writers.length; index++) xml += writers[index]?.(model, gaps) ?? "";
      return xml;
    },
    read(element) {
      const model: Shaped = {};
      readInto(element, model);
      return isEmpty(model) ? undefined : model;
    },
    readInto,
    readers,
    rows: entries.flatMap((entry) => entry.rows),
  };
}

/** Elements that stand in an element of their own but are fields of the same model object. */
export function group<M>(element: string, ...entries: Entry<M>[]): Entry<M> {
  const inner = sequence(...entries);
  return {
    write: (model, gaps) => wrap(element, inner.write(model, gaps)),
    readers: { [element]: inner.readInto },
    rows: under(element, inner.rows),
  };
}

/** A model object whose elements stand among those of its parent. */
export function part<K extends string, P>(key: K, inner: Codec<P>): Entry<{ [_ in K]?: P | undefined }> {
  const readers: Record<string, Reader> = {};
  for (const [name, read] of Object.entries(inner.readers)) {
    readers[name] = (element, into) => {
      const model = (into[key] ?? {}) as Shaped;
      read(element, model);
      if (!isEmpty(model)) into[key] = model;
    };
  }
  return {
    write: (model, gaps) => (model[key] === undefined ? "" : nested(inner, model[key], key, gaps)),
    readers,
    rows: inner.rows.map((row) => ({ ...row, model: join(key, row.model) })),
  };
}

/** A model object in an element of its own. */
export function record<K extends string, P>(
  element: string,
  key: K,
  inner: Codec<P>,
): Entry<{ [_ in K]?: P | undefined }> {
  return {
    write: (model, gaps) =>
      model[key] === undefined ? "" : wrap(element, nested(inner, model[key], key, gaps)),
    readers: {
      [element]: (child, into) => {
        const value = inner.read(child);
        if (value !== undefined) into[key] ??= value;
      },
    },
    rows: under(element, inner.rows, key),
  };
}

/** The same, where the schema demands the element. */
export function mandatoryRecord<K extends string, P>(
  element: string,
  key: K,
  inner: Codec<P>,
): Entry<{ [_ in K]: P }> {
  const optional = record(element, key, inner);
  return { ...optional, write: (model, gaps) => optional.write(model, gaps) || missing(key, gaps) };
}

/** A list of model objects, each in an element of its own. */
export function records<K extends string, P>(
  element: string,
  key: K,
  inner: Codec<P>,
): Entry<{ [_ in K]?: P[] | undefined }> {
  return {
    write: (model, gaps) => {
      let xml = "";
      model[key]?.forEach((item, index) => {
        const start = gaps.length;
        xml += wrap(element, inner.write(item, gaps));
        if (gaps.length > start) prefix(`${key}[${index}]`, gaps, start);
      });
      return xml;
    },
    readers: {
      [element]: (child, into) => {
        const value = inner.read(child);
        if (value !== undefined) append(into, key, value);
      },
    },
    rows: under(element, inner.rows, `${key}[]`),
  };
}

/** The same, where the schema demands at least one. */
export function mandatoryRecords<K extends string, P>(
  element: string,
  key: K,
  inner: Codec<P>,
): Entry<{ [_ in K]: P[] }> {
  const optional = records(element, key, inner);
  return { ...optional, write: (model, gaps) => optional.write(model, gaps) || missing(key, gaps) };
}

/** One of several fields must be there; nothing is written here. */
export function demandOneOf<K extends string>(...keys: K[]): Entry<{ [_ in K]?: unknown }> {
  return {
    write: (model, gaps) =>
      keys.some((key) => model[key] !== undefined) ? "" : missing(keys.join("|"), gaps),
    readers: {},
    rows: [],
  };
}

/** An element around others; nothing around nothing. The line breaks let a message of the schema name a line. */
export function wrap(element: string, inner: string): string {
  return inner === "" ? "" : `<${element}>\n${inner}</${element}>\n`;
}

/** Notes a mandatory field that is not there. */
export function missing(key: string, gaps: string[]): "" {
  gaps.push(key);
  return "";
}

export function append(into: Shaped, key: string, value: unknown): void {
  const list = into[key];
  if (Array.isArray(list)) list.push(value);
  else into[key] = [value];
}

export function isEmpty(model: Shaped): boolean {
  for (const _ in model) return false;
  return true;
}

/** What is missing, as an error. */
export function incomplete(gaps: string[]): HubError {
  const faults = gaps.map((path) => ({ code: "fa3.incomplete", path, message: `${path} is missing.` }));
  return new HubError("fa3.incomplete", `The invoice lacks ${gaps.join(", ")}.`, { faults });
}

export function under(element: string, rows: MappingRow[], key = ""): MappingRow[] {
  return rows.map((row) => ({ element: join(element, row.element, "/"), model: join(key, row.model) }));
}

function nested<P>(inner: Codec<P>, value: P, key: string, gaps: string[]): string {
  const start = gaps.length;
  const xml = inner.write(value, gaps);
  if (gaps.length > start) prefix(key, gaps, start);
  return xml;
}

function prefix(key: string, gaps: string[], start: number): void {
  for (let index = start; index < gaps.length; index++) gaps[index] = `${key}.${gaps[index]}`;
}

function join(outer: string, inner: string, separator = "."): string {
  return outer === "" || inner === "" ? outer + inner : `${outer}${separator}${inner}`;
}
