import { after, deepest, fail, forbidden, lineAt, refuseForbidden, tooDeep } from "./file-rules.ts";

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

type Scope = Readonly<Record<string, string>>;
const outermost: Scope = { "": "", xml: "http://www.w3.org/XML/1998/namespace" };

/**
 * The tree of a document libxml2 has found well-formed and without a DOCTYPE: nothing of that is checked again. It goes
 * through the text character by character, because that is several times faster than searching and matching.
 */
export function treeOf(source: string): XmlElement {
  const text = source.includes("\r") ? source.replaceAll(/\r\n?/g, "\n") : source;
  const top: XmlElement = { name: "", namespace: "", attributes: {}, text: "", children: [], line: 1 };
  const parents: XmlElement[] = [];
  const scopes: Scope[] = [];
  let current = top;
  let scope = outermost;
  let line = 1;
  for (let at = 0; ;) {
    const start = at;
    let plain = true;
    let code = text.charCodeAt(at);
    for (; code !== less && at < text.length; code = text.charCodeAt(++at))
      if (code === lineFeed) line++;
      else if (code === ampersand) plain = false;
    if (at >= text.length) break;
    if (at > start && current !== top) {
      const data = text.slice(start, at);
      current.text += plain ? data : resolved(data, text, at);
    }
    code = text.charCodeAt(++at);
    if (code === slash) {
      for (; code !== greater && at < text.length; code = text.charCodeAt(++at))
        if (code === lineFeed) line++;
      at++;
      current = parents.pop() ?? top;
      scope = scopes.pop() ?? outermost;
    } else if (code === exclamation || code === question) {
      const section = code === exclamation && text.startsWith("![CDATA[", at);
      const [opening, closing] = section
        ? ["![CDATA[", "]]>"]
        : code === question
          ? ["?", "?>"]
          : ["!--", "-->"];
      const end = after(text, closing, at + opening.length);
      const inside = text.slice(at + opening.length, end - closing.length);
      if (section) current.text += inside;
      else if (code === question && (at > 1 || !/^xml\s/.test(inside)))
        fail("xml.processing-instruction", line, `remove <?${/^\S*/.exec(inside)?.[0]} ...?>.`);
      line += lineAt(inside, inside.length) - 1;
      at = end;
    } else {
      if (parents.length >= deepest) fail("xml.depth", line, tooDeep);
      const from = at;
      let colon = -1;
      for (; code > space && code !== greater && code !== slash; code = text.charCodeAt(++at))
        if (code === 0x3a) colon = at;
      const name = text.slice(colon + 1 || from, at);
      let attributes = noAttributes;
      let inner = scope;
      if (code !== greater) {
        const end = readAttributes(text, at, (attributes = {}));
        line += lineAt(text.slice(at, end), end) - 1;
        at = end;
        inner = scopeOf(attributes, scope);
      }
      const namespace = inner[colon < 0 ? "" : text.slice(from, colon)] ?? "";
      const element = { name, namespace, attributes, text: "", children: [], line };
      current.children.push(element);
      if (text.charCodeAt(at++ - 1) === slash) continue;
      parents.push(current);
      scopes.push(scope);
      current = element;
      scope = inner;
    }
  }
  return top.children[0] ?? fail("xml.malformed", 1, "the document has no root element.");
}

const [space, lineFeed, exclamation, ampersand] = [0x20, 0x0a, 0x21, 0x26] as const;
const [slash, less, greater, question] = [0x2f, 0x3c, 0x3e, 0x3f] as const;

/** Of most elements: one object for all of them. */
const noAttributes: Record<string, string> = Object.freeze({});

/** Reads the attributes of a start tag from behind its name; returns where its `>` is. */
function readAttributes(text: string, from: number, attributes: Record<string, string>): number {
  for (let at = from; at < text.length;) {
    const code = text.charCodeAt(at);
    if (code === greater) return at;
    if (code <= space || code === slash) at++;
    else {
      const sign = text.indexOf("=", at);
      let opening = sign + 1;
      while (text.charCodeAt(opening) <= space) opening++;
      const closing = after(text, text.charAt(opening), opening + 1);
      const value = text.slice(opening + 1, closing - 1).replaceAll(/[\t\n]/g, " ");
      attributes[text.slice(at, sign).trim()] = resolved(value, text, at);
      at = closing;
    }
  }
  return text.length;
}

/** A part of the document, from about `at`, with its references replaced: without a DOCTYPE there are five entities. */
function resolved(part: string, text: string, at: number): string {
  if (!part.includes("&")) return part;
  const plain = part.replaceAll(/&([^;]*);/g, (_, name: string) => {
    if (name.startsWith("#x")) return String.fromCodePoint(Number.parseInt(name.slice(2), 16));
    return name.startsWith("#") ? String.fromCodePoint(Number(name.slice(1))) : (entities[name] ?? "");
  });
  if (forbidden.test(plain)) refuseForbidden(plain, lineAt(text, at));
  return plain;
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function scopeOf(attributes: Record<string, string>, outer: Scope): Scope {
  let scope: Record<string, string> | undefined;
  for (const name in attributes) {
    if (!name.startsWith("xmlns") || (name.length > 5 && name[5] !== ":")) continue;
    // Without a prototype: a prefix may be called `__proto__`.
    scope ??= Object.assign(Object.create(null), outer) as Record<string, string>;
    scope[name.slice(6)] = attributes[name] ?? "";
  }
  return scope ?? outer;
}
