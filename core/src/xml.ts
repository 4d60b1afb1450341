import { SaxesParser } from "saxes";
import { HubError } from "./error.ts";

export interface XmlTexts {
  root: { name: string; namespace: string };
  /** The text of the first element at each place asked for. */
  texts: Partial<Record<string, string>>;
}

/**
 * Reads a few texts out of a document by KSeF's rules for files: UTF-8 without a byte order mark, XML 1.0, no
 * DOCTYPE, no processing instruction, none of the characters the Ministry lists. Throws `xml.*`.
 * `wanted` are paths of local names below the root, such as `Fa/P_2`.
 * Source: ksef-docs, faktury/weryfikacja-faktury.md.
 */
export function readXml(bytes: Uint8Array, wanted: ReadonlySet<string>): XmlTexts {
  const document = decode(bytes);
  refuseForbidden(document);
  const hasCharacterReferences = document.includes("&#");
  // Namespaces are ours to resolve: the parser's own way is quadratic in the depth of nesting.
  const parser = new SaxesParser({ xmlns: false, position: true });
  const path: string[] = [];
  const texts: Partial<Record<string, string>> = {};
  let root: XmlTexts["root"] | undefined;
  let current: string | undefined;

  parser.on("xmldecl", ({ version, encoding }) => {
    if (version !== "1.0") throw new HubError("xml.malformed", `XML ${version} is not XML 1.0.`);
    if (encoding !== undefined && encoding.toUpperCase() !== "UTF-8")
      throw new HubError("xml.encoding", `The prolog says ${encoding}; KSeF takes UTF-8 only.`);
  });
  parser.on("doctype", () => {
    throw new HubError("xml.doctype", `Line ${parser.line}: remove the DOCTYPE.`);
  });
  parser.on("processinginstruction", ({ target }) => {
    throw new HubError("xml.processing-instruction", `Line ${parser.line}: remove <?${target} ...?>.`);
  });
  parser.on("opentag", ({ name, attributes }) => {
    if (path.length >= maxDepth)
      throw new HubError("xml.depth", `Line ${parser.line}: more than ${maxDepth} levels.`);
    root ??= { name: local(name), namespace: attributes[declaration(name)] ?? "" };
    path.push(local(name));
    const place = path.slice(1).join("/");
    current = wanted.has(place) && texts[place] === undefined ? place : undefined;
    if (current !== undefined) texts[current] = "";
  });
  const collect = (value: string): void => {
    if (hasCharacterReferences) refuseForbidden(value);
    if (current !== undefined) texts[current] += value;
  };
  parser.on("text", collect);
  parser.on("cdata", collect);
  parser.on("closetag", () => {
    path.pop();
    current = undefined;
  });
  parser.on("error", (error) => {
    throw new HubError("xml.malformed", error.message);
  });
  parser.write(document).close();
  if (root === undefined) throw new HubError("xml.malformed", "The document has no root element.");
  return { root, texts };
}

/** FA(3) needs 11 levels; the parser itself would take any number. */
const maxDepth = 64;

function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    throw new HubError("xml.encoding", "Remove the byte order mark (EF BB BF) at the start.");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new HubError("xml.encoding", "The bytes are not UTF-8.", { cause });
  }
}

// The ranges KSeF lists: three in the basic plane, and the last two code points of each plane above it.
const forbidden =
  /[\u007F-\u0084\u0086-\u009F\uFDD0-\uFDEF]|[\uD83F\uD87F\uD8BF\uD8FF\uD93F\uD97F\uD9BF\uD9FF\uDA3F\uDA7F\uDABF\uDAFF\uDB3F\uDB7F\uDBBF\uDBFF][\uDFFE\uDFFF]/;

function refuseForbidden(text: string): void {
  const found = forbidden.exec(text);
  if (found === null) return;
  const line = text.slice(0, found.index).split("\n").length;
  const point = found[0].codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
  throw new HubError("xml.character", `Line ${line}: KSeF does not take the character U+${point}.`);
}

const local = (name: string): string => name.slice(name.indexOf(":") + 1);

function declaration(name: string): string {
  const colon = name.indexOf(":");
  return colon < 0 ? "xmlns" : `xmlns:${name.slice(0, colon)}`;
}
