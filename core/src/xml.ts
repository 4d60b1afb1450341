import { SaxesParser } from "saxes";
import { HubError } from "./error.ts";

/** An element as it was read. Comments are left out; text is that of the element itself, entities and CDATA resolved. */
export interface XmlElement {
  /** Local name. */
  name: string;
  namespace: string;
  /** By name as written, namespace declarations included. */
  attributes: Record<string, string>;
  text: string;
  children: XmlElement[];
  /** Where its start tag ends, counted from 1. */
  line: number;
}

/**
 * Parses a document by KSeF's rules for files: UTF-8 without a byte order mark, XML 1.0, no DOCTYPE, no processing
 * instruction, none of the characters the Ministry lists, at most 64 levels. Throws `xml.*` with the line.
 * Source: ksef-docs, faktury/weryfikacja-faktury.md.
 */
export function parseXml(bytes: Uint8Array): XmlElement {
  const document = decode(bytes);
  refuseForbidden(document);
  const hasCharacterReferences = document.includes("&#");
  // Namespaces are ours to resolve: the parser's own way is quadratic in the depth of nesting.
  const parser = new SaxesParser({ xmlns: false, position: true });
  const open: { element: XmlElement; scope: Scope }[] = [];
  let root: XmlElement | undefined;

  parser.on("xmldecl", ({ version, encoding }) => {
    if (version !== "1.0") fail("xml.malformed", 1, `XML ${version} is not XML 1.0.`);
    if (encoding !== undefined && encoding.toUpperCase() !== "UTF-8")
      fail("xml.encoding", 1, `the prolog says ${encoding}; KSeF takes UTF-8 only.`);
  });
  parser.on("doctype", () => fail("xml.doctype", parser.line, "remove the DOCTYPE."));
  parser.on("processinginstruction", ({ target }) =>
    fail("xml.processing-instruction", parser.line, `remove <?${target} ...?>.`),
  );
  parser.on("opentag", ({ name: qualified, attributes }) => {
    if (open.length >= deepest) fail("xml.depth", parser.line, `more than ${deepest} levels.`);
    const parent = open.at(-1);
    const scope = scopeOf(attributes, parent?.scope ?? outermost);
    const colon = qualified.indexOf(":");
    const namespace = scope[colon < 0 ? "" : qualified.slice(0, colon)];
    if (namespace === undefined)
      fail("xml.malformed", parser.line, `the prefix of <${qualified}> is not declared.`);
    const name = qualified.slice(colon + 1);
    const element: XmlElement = { name, namespace, attributes, text: "", children: [], line: parser.line };
    parent?.element.children.push(element);
    root ??= element;
    open.push({ element, scope });
  });
  const collect = (text: string): void => {
    if (hasCharacterReferences) refuseForbidden(text, parser.line);
    const current = open.at(-1)?.element;
    if (current !== undefined) current.text += text;
  };
  parser.on("text", collect);
  parser.on("cdata", collect);
  parser.on("closetag", () => void open.pop());
  try {
    parser.write(document).close();
  } catch (error) {
    // Not with its `error` event: merely to listen to it makes the parser five times slower.
    const [, line, what] = /^(\d+):\d+: (.*)$/s.exec(error instanceof Error ? error.message : "") ?? [];
    if (error instanceof HubError || what === undefined) throw error;
    fail("xml.malformed", Number(line), what);
  }
  return root ?? fail("xml.malformed", 1, "the document has no root element.");
}

/** The first element at a path of local names below `element`, such as `Fa/P_2`. */
export function elementAt(element: XmlElement, path: string): XmlElement | undefined {
  let current: XmlElement | undefined = element;
  for (const name of path.split("/")) current = current?.children.find((child) => child.name === name);
  return current;
}

/** The text there with its white space collapsed, as the simple types of the official schemas have it. */
export function textAt(element: XmlElement, path: string): string | undefined {
  return elementAt(element, path)?.text.trim().replaceAll(/\s+/g, " ");
}

/** FA(3) needs 11 levels; the parser itself would take any number. */
const deepest = 64;

type Scope = Record<string, string>;
const outermost: Scope = { "": "", xml: "http://www.w3.org/XML/1998/namespace" };

function scopeOf(attributes: Record<string, string>, outer: Scope): Scope {
  let scope = outer;
  for (const [name, value] of Object.entries(attributes)) {
    if (name !== "xmlns" && !name.startsWith("xmlns:")) continue;
    if (scope === outer) scope = { ...outer };
    scope[name.slice(6)] = value;
  }
  return scope;
}

function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    fail("xml.encoding", 1, "remove the byte order mark (EF BB BF) at the start.");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new HubError("xml.encoding", "The bytes are not UTF-8.", { cause });
  }
}

// The ranges KSeF lists: three in the basic plane, and the last two code points of each plane above it.
const forbidden =
  /[\u007F-\u0084\u0086-\u009F\uFDD0-\uFDEF]|[\uD83F\uD87F\uD8BF\uD8FF\uD93F\uD97F\uD9BF\uD9FF\uDA3F\uDA7F\uDABF\uDAFF\uDB3F\uDB7F\uDBBF\uDBFF][\uDFFE\uDFFF]/;

function refuseForbidden(text: string, line?: number): void {
  const found = forbidden.exec(text);
  if (found === null) return;
  const point = found[0].codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
  const at = line ?? text.slice(0, found.index).split("\n").length;
  fail("xml.character", at, `KSeF does not take the character U+${point}.`);
}

type XmlCode =
  | "xml.encoding"
  | "xml.malformed"
  | "xml.doctype"
  | "xml.processing-instruction"
  | "xml.character"
  | "xml.depth";

function fail(code: XmlCode, line: number, what: string): never {
  const message = `Line ${line}: ${what}`;
  throw new HubError(code, message, { faults: [{ code, message, line }] });
}
