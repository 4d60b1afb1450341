import { isUtf8 } from "node:buffer";
import { ParseOption, XmlDocument, XmlLibError } from "libxml2-wasm";
import { after, deepest, fail, lineAt, refuseForbidden, tooDeep } from "./xml/file-rules.ts";
import { treeOf, type XmlElement } from "./xml/tree.ts";

export type { XmlElement } from "./xml/tree.ts";

/**
 * Parses a document by KSeF's rules for files: UTF-8 without a byte order mark, XML 1.0, no DOCTYPE, no processing
 * instruction, none of the characters the Ministry lists, at most 64 levels. Throws `xml.*` with the line.
 * Source: ksef-docs, faktury/weryfikacja-faktury.md.
 */
export function parseXml(bytes: Uint8Array): XmlElement {
  const { root, document } = openXml(bytes);
  document.dispose();
  return root;
}

export interface OpenXml {
  root: XmlElement;
  /** The same as libxml2 has it, for a schema to judge. Whoever opens it disposes of it: it is not in our memory. */
  document: XmlDocument;
}

/** As `parseXml`, with libxml2's document. */
export function openXml(bytes: Uint8Array): OpenXml {
  const buffer = readable(bytes);
  // Every character that means something in XML is ASCII, so bytes can be read as characters.
  const source = buffer.toString("latin1");
  judgeProlog(source);
  const document = wellFormed(buffer);
  try {
    return { root: treeOf(buffer, source), document };
  } catch (error) {
    document.dispose();
    throw error;
  }
}

/** The first element at a path of local names below `element`, such as `Fa/P_2`. */
export function elementAt(element: XmlElement, path: string): XmlElement | undefined {
  let current: XmlElement | undefined = element;
  for (const name of path.split("/")) current = current?.children.find((child) => child.name === name);
  return current;
}

/** The text there with its white space collapsed, as the simple types of the official schemas have it. */
export function textAt(element: XmlElement, path: string): string | undefined {
  return elementAt(element, path)
    ?.text.replaceAll(/[ \t\r\n]+/g, " ")
    .replaceAll(/^ | $/g, "");
}

/** Throws for what must not reach libxml2 as bytes: another encoding, and NUL, with which it would guess one. */
function readable(bytes: Uint8Array): Buffer {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    fail("xml.encoding", 1, "remove the byte order mark (EF BB BF) at the start.");
  if (!isUtf8(bytes)) fail("xml.encoding", 1, "the bytes are not UTF-8.");
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.includes(0)) refuseForbidden(buffer.toString());
  return buffer;
}

/** Nor must these: another version or encoding, and a DOCTYPE, which may stand before the root only. */
function judgeProlog(source: string): void {
  const [, , version = "1.0", , encoding = "UTF-8"] = declaration.exec(source) ?? [];
  if (version !== "1.0") fail("xml.malformed", 1, `XML ${version} is not XML 1.0.`);
  if (encoding.toUpperCase() !== "UTF-8")
    fail("xml.encoding", 1, `the prolog says ${encoding}; KSeF takes UTF-8 only.`);
  for (let at = source.indexOf("<"); at >= 0; at = source.indexOf("<", at)) {
    if (source.startsWith("<!DOCTYPE", at)) fail("xml.doctype", lineAt(source, at), "remove the DOCTYPE.");
    const end = source.startsWith("<!--", at) ? "-->" : source.startsWith("<?", at) ? "?>" : undefined;
    if (end === undefined) return;
    at = after(source, end, at + 2);
  }
}

const declaration = /^<\?xml\s+version\s*=\s*(["'])(.*?)\1(?:\s+encoding\s*=\s*(["'])(.*?)\3)?/;

/** The one judge of well-formedness. */
function wellFormed(buffer: Buffer): XmlDocument {
  try {
    return XmlDocument.fromBuffer(buffer, parsing);
  } catch (error) {
    if (!(error instanceof XmlLibError)) throw error;
    const text = buffer.toString();
    refuseForbidden(text);
    refuseDeep(text);
    const { line = 1, message = "the document has no root element." } = error.details[0] ?? {};
    return fail("xml.malformed", line, message.trim());
  }
}

/** Of a document too deep and not well-formed either, the depth is the better news: libxml2 itself stops at 256. */
function refuseDeep(text: string): void {
  let depth = 0;
  for (const { 0: sign, index } of text.matchAll(/<(?![/!?])|<\/|\/>/g)) {
    depth += sign === "<" ? 1 : -1;
    if (depth > deepest) fail("xml.depth", lineAt(text, index), tooDeep);
  }
}

/** How every document is parsed: nothing it names is ever loaded, and short texts need no memory of their own. */
export const parsing = { option: ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_COMPACT };
