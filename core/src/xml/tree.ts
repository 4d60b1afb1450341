import { after, deepest, fail, lineAt, refuseForbidden, tooDeep } from "./file-rules.ts";

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

/** The namespaces that hold somewhere: by prefix, and without one. */
interface Scope {
  prefixed: Readonly<Record<string, string>>;
  unprefixed: string;
}

// Without prototypes: a prefix may be called `constructor`, and one may be called `__proto__`.
const outermost: Scope = {
  prefixed: Object.assign(Object.create(null), { xml: "http://www.w3.org/XML/1998/namespace" }),
  unprefixed: "",
};

/**
 * The tree of a document libxml2 has found well-formed and without a DOCTYPE: nothing of that is checked again. `source`
 * has a character for each of the bytes. It goes through them one by one, because that is several times faster than
 * searching and matching; only what is beyond ASCII is decoded.
 */
export function treeOf(bytes: Buffer, source: string): XmlElement {
  if (source.includes("\r")) {
    const unixLines = source.replaceAll(/\r\n?/g, "\n");
    return treeOf(Buffer.from(unixLines, "latin1"), unixLines);
  }
  const top: XmlElement = { name: "", namespace: "", attributes: {}, text: "", children: [], line: 1 };
  const parents: XmlElement[] = [];
  const scopes: Scope[] = [];
  let current = top;
  let scope = outermost;
  let line = 1;
  for (let at = 0; ;) {
    const start = at;
    let plain = true;
    let code = bytes[at] ?? 0;
    for (; at < source.length; code = bytes[++at] ?? 0)
      if (code > question) {
        if (code > tilde) plain = false;
      } else if (code === less) break;
      else if (code === lineFeed) line++;
      else if (code === ampersand) plain = false;
    if (at >= source.length) break;
    if (at > start && current !== top)
      current.text += plain ? source.slice(start, at) : resolved(bytes, source, start, at);
    code = bytes[++at] ?? 0;
    if (code === slash) {
      // It repeats the name it closes; what can follow is white space.
      for (at += current.name.length; code !== greater && at < source.length; code = bytes[++at] ?? 0)
        if (code === lineFeed) line++;
      at++;
      current = parents.pop() ?? top;
      scope = scopes.pop() ?? outermost;
    } else if (code === exclamation || code === question) {
      const section = code === exclamation && source.startsWith("![CDATA[", at);
      const [opening, closing] = section
        ? ["![CDATA[", "]]>"]
        : code === question
          ? ["?", "?>"]
          : ["!--", "-->"];
      const end = after(source, closing, at + opening.length);
      const inside = decoded(bytes, source, at + opening.length, end - closing.length);
      if (section) current.text += inside;
      else if (code === question && (at > 1 || !/^xml\s/.test(inside)))
        fail("xml.processing-instruction", line, `remove <?${/^\S*/.exec(inside)?.[0]} ...?>.`);
      line += lineAt(inside, inside.length) - 1;
      at = end;
    } else {
      if (parents.length >= deepest) fail("xml.depth", line, tooDeep);
      const from = at;
      let colon = from - 1;
      let hash = 0;
      for (; code > space && code !== greater && code !== slash; code = bytes[++at] ?? 0)
        if (code === 0x3a) [colon, hash] = [at, 0];
        else hash = (hash * 31 + code) | 0;
      const name = nameAt(source, bytes, colon + 1, at, hash);
      let attributes = noAttributes;
      let inner = scope;
      if (code !== greater) {
        const end = readAttributes(source, bytes, at, (attributes = {}));
        line += lineAt(source.slice(at, end), end) - 1;
        at = end;
        inner = scopeOf(attributes, scope);
      }
      const namespace =
        colon < from ? inner.unprefixed : (inner.prefixed[decoded(bytes, source, from, colon)] ?? "");
      const element = { name, namespace, attributes, text: "", children: noChildren, line };
      if (current.children === noChildren) current.children = [element];
      else current.children.push(element);
      if ((bytes[at++ - 1] ?? 0) === slash) continue;
      parents.push(current);
      scopes.push(scope);
      current = element;
      scope = inner;
    }
  }
  return top.children[0] ?? fail("xml.malformed", 1, "the document has no root element.");
}

const [space, lineFeed, exclamation, ampersand] = [0x20, 0x0a, 0x21, 0x26] as const;
const [slash, less, greater, question, tilde] = [0x2f, 0x3c, 0x3e, 0x3f, 0x7e] as const;

/** Of most elements: one object for all of them. */
const noAttributes: Record<string, string> = Object.freeze({});
const noChildren: XmlElement[] = [];

/**
 * Names come again and again: one string for each, found by its hash. A full place is taken over, so this stays small.
 * The engine compares strings that have been keys, as those in our code, by their addresses.
 */
const names: string[] = Array.from({ length: 1024 }, () => "");

function nameAt(source: string, bytes: Buffer, from: number, to: number, hash: number): string {
  const known = names[hash & 1023] ?? "";
  if (known.length === to - from && source.startsWith(known, from)) return known;
  const name = decoded(bytes, source, from, to);
  if (name.length === to - from) return (names[hash & 1023] = Object.keys({ [name]: 0 })[0] ?? name);
  return name;
}

/** Reads the attributes of a start tag from behind its name; returns where its `>` is. */
function readAttributes(
  source: string,
  bytes: Buffer,
  from: number,
  attributes: Record<string, string>,
): number {
  for (let at = from; at < source.length;) {
    const code = bytes[at] ?? 0;
    if (code === greater) return at;
    if (code <= space || code === slash) at++;
    else {
      const sign = source.indexOf("=", at);
      let opening = sign + 1;
      while ((bytes[opening] ?? 0) <= space) opening++;
      const closing = after(source, source.charAt(opening), opening + 1);
      attributes[decoded(bytes, source, at, sign).trim()] = resolved(
        bytes,
        source,
        opening + 1,
        closing - 1,
        /[\t\n]/g,
      );
      at = closing;
    }
  }
  return source.length;
}

/** A part of the document as text. */
function decoded(bytes: Buffer, source: string, from: number, to: number): string {
  const part = source.slice(from, to);
  if (!beyondAscii.test(part)) return part;
  const text = bytes.toString("utf8", from, to);
  refuseForbidden(text, source, from);
  return text;
}

/** The same with `blanks` made spaces and references replaced: without a DOCTYPE there are five entities. */
function resolved(bytes: Buffer, source: string, from: number, to: number, blanks?: RegExp): string {
  const written = decoded(bytes, source, from, to);
  const part = blanks === undefined ? written : written.replaceAll(blanks, " ");
  if (!part.includes("&")) return part;
  const plain = part.replaceAll(/&([^;]*);/g, (_, name: string) => {
    if (name.startsWith("#x")) return String.fromCodePoint(Number.parseInt(name.slice(2), 16));
    return name.startsWith("#") ? String.fromCodePoint(Number(name.slice(1))) : (entities[name] ?? "");
  });
  refuseForbidden(plain, source, from);
  return plain;
}

const beyondAscii = /[^\0-~]/;

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function scopeOf(attributes: Record<string, string>, outer: Scope): Scope {
  let { unprefixed } = outer;
  let prefixed: Record<string, string> | undefined;
  for (const name in attributes) {
    const value = attributes[name] ?? "";
    if (name === "xmlns") unprefixed = value;
    else if (name.startsWith("xmlns:")) {
      prefixed ??= Object.assign(Object.create(null), outer.prefixed) as Record<string, string>;
      prefixed[name.slice(6)] = value;
    }
  }
  return { prefixed: prefixed ?? outer.prefixed, unprefixed };
}
