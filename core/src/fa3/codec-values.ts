import { collapse, replaceBlanks } from "../model/text.ts";
import type { XmlElement } from "../xml.ts";
import { append, missing, type Entry, type Shaped } from "./codec.ts";

type Optional<K extends string, V> = { [_ in K]?: V | undefined };
type Mandatory<K extends string, V> = { [_ in K]: V };

/** One line of text (`xsd:token`), a code, a date: white space is collapsed when it is read. */
export function text<K extends string>(element: string, key: K): Entry<Optional<K, string>> {
  return lexical(element, key, collapsed);
}

/** The same, where the schema demands it. */
export function demandText<K extends string>(element: string, key: K): Entry<Optional<K, string>> {
  return demanded(text(element, key), key);
}

/** Text kept as it stands (`xsd:string`). */
export function verbatim<K extends string>(element: string, key: K): Entry<Optional<K, string>> {
  return lexical(element, key, (child) => child.text);
}

/** Text in which white space is replaced by blanks but not collapsed. */
export function replaced<K extends string>(element: string, key: K): Entry<Optional<K, string>> {
  return lexical(element, key, (child) => replaceBlanks(child.text));
}

/** A percentage: the one decimal type without a pattern, so that `+5` and `05.0` are read as `5` and `5.0`. */
export function percentage<K extends string>(element: string, key: K): Entry<Optional<K, string>> {
  return lexical(element, key, (child) => {
    const [, whole = "", fraction = ""] = /^\+?0*(\d*)(?:\.(\d{0,6})0*)?$/.exec(collapsed(child)) ?? [];
    if (whole + fraction === "") return collapsed(child);
    return `${whole || "0"}${fraction === "" ? "" : `.${fraction}`}`;
  });
}

/** A whole number that is a JavaScript number in the model. */
export function integer<K extends string>(element: string, key: K): Entry<Optional<K, number>> {
  const open = `<${element}>`;
  const close = `</${element}>\n`;
  return {
    write: (model) => {
      const value = model[key];
      return value === undefined ? "" : open + value + close;
    },
    readers: {
      [element]: (child, into) => {
        const value = Number(collapsed(child));
        if (Number.isSafeInteger(value)) into[key] ??= value;
      },
    },
    rows: [{ element, model: key }],
  };
}

export function demandInteger<K extends string>(element: string, key: K): Entry<Optional<K, number>> {
  return demanded(integer(element, key), key);
}

/** Each value of the model has a number in the schema. */
export function code<K extends string, V extends string>(
  element: string,
  key: K,
  numbers: Record<V, number>,
): Entry<Optional<K, V>> {
  const values = new Map<number, string>();
  for (const [value, number] of Object.entries<number>(numbers)) values.set(number, value);
  return {
    write: (model) => {
      const value = model[key];
      return value === undefined ? "" : `<${element}>${numbers[value]}</${element}>\n`;
    },
    readers: {
      [element]: (child, into) => {
        const value = values.get(Number(collapsed(child)));
        if (value !== undefined) into[key] ??= value;
      },
    },
    rows: [{ element, model: key }],
  };
}

export function demandCode<K extends string, V extends string>(
  element: string,
  key: K,
  numbers: Record<V, number>,
): Entry<Mandatory<K, V>> {
  return demanded<Mandatory<K, V>>(code(element, key, numbers), key);
}

/** `TWybor1`: 1 says yes, no element says no. */
export function yes<K extends string>(element: string, key: K): Entry<Optional<K, boolean>> {
  return {
    ...yesOrNo(element, key),
    write: (model) => (model[key] === true ? `<${element}>1</${element}>\n` : ""),
  };
}

/** `TWybor1_2`: 1 says yes, 2 says no. */
export function yesOrNo<K extends string>(element: string, key: K): Entry<Optional<K, boolean>> {
  return {
    write: (model) => (model[key] === true ? `<${element}>1</${element}>\n` : `<${element}>2</${element}>\n`),
    readers: {
      [element]: (child, into) => {
        if (isYes(child)) into[key] = true;
      },
    },
    rows: [{ element, model: key }],
  };
}

/** A mark that only says that the next field is there. */
export function mark<K extends string>(element: string, key: K): Entry<Optional<K, string>> {
  return {
    write: (model) => (model[key] === undefined ? "" : `<${element}>1</${element}>\n`),
    readers: {},
    rows: [{ element, model: key }],
  };
}

/** A list of texts, each in an element of its own. Only a cell of a table may be empty. */
export function texts<K extends string>(
  element: string,
  key: K,
  { mayBeEmpty = false } = {},
): Entry<Optional<K, string[]>> {
  return {
    write: (model) => {
      let xml = "";
      for (const item of model[key] ?? []) xml += `<${element}>${escape(item)}</${element}>\n`;
      return xml;
    },
    readers: {
      [element]: (child, into) => {
        const content = collapsed(child);
        if (content !== "" || mayBeEmpty) append(into, key, content);
      },
    },
    rows: [{ element, model: `${key}[]` }],
  };
}

export function isYes(element: XmlElement): boolean {
  return Number(collapsed(element)) === 1;
}

export function collapsed(element: XmlElement): string {
  return collapse(element.text);
}

/** For the content of an element. A carriage return would not survive unescaped. */
export function escape(content: string): string {
  return special.test(content)
    ? content.replaceAll(/[&<>\r]/g, (character) => entities[character] ?? "")
    : content;
}

const special = /[&<>\r]/;
const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;" };

function lexical<K extends string>(
  element: string,
  key: K,
  value: (child: XmlElement) => string,
): Entry<Optional<K, string>> {
  const open = `<${element}>`;
  const close = `</${element}>\n`;
  return {
    write: (model) => {
      const content = model[key];
      if (content === undefined) return "";
      return open + (special.test(content) ? escape(content) : content) + close;
    },
    readers: {
      [element]: (child, into: Shaped) => {
        const content = value(child);
        if (content !== "") into[key] ??= content;
      },
    },
    rows: [{ element, model: key }],
  };
}

function demanded<M>(entry: Entry<M>, key: string): Entry<M> {
  return { ...entry, write: (model, gaps) => entry.write(model, gaps) || missing(key, gaps) };
}
