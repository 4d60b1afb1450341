import { parseXml, type XmlElement } from "../../../src/xml.ts";

export interface Mutant {
  operator: string;
  xml: string;
}

/** Deterministic: the same seed gives the same mutants for ever. */
export function mutantsOf(original: Uint8Array, count: number, seed: number): Mutant[] {
  const random = mulberry32(seed);
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  return Array.from({ length: count }, () => {
    const root = parseXml(original);
    const parents = everyParent(root);
    const operator = pick(Object.keys(operators)) ?? "drop";
    const parent = pick(parents) ?? root;
    operators[operator]?.(parent, Math.floor(random() * parent.children.length), pick);
    return { operator, xml: `<?xml version="1.0" encoding="UTF-8"?>\n${written(root)}` };
  });
}

type Operator = (parent: XmlElement, index: number, pick: <T>(from: readonly T[]) => T | undefined) => void;

const badValues = [
  "x",
  "-1",
  "0",
  "1,00",
  "1.123456789",
  "01.02.2026",
  "2026-02-30",
  "ŻÓŁĆ &amp; spółka",
  "9".repeat(40),
  "a".repeat(600),
  "  1  ",
  "PL",
  "GR",
  "true",
  "99999999999",
];

const operators: Record<string, Operator> = {
  drop: ({ children }, index) => void children.splice(index, 1),
  swap: ({ children }, index) => void children.splice(index, 0, ...children.splice(index + 1, 1)),
  duplicate: ({ children }, index) => void children.splice(index, 0, ...children.slice(index, index + 1)),
  rename: ({ children }, index, pick) => {
    const child = children[index];
    if (child === undefined) return;
    const { name } = child;
    const names = [
      name.slice(1),
      `${name}X`,
      name.toLowerCase(),
      name.replace("_", ""),
      "Nieznany",
      "P_15",
      "NIP",
    ];
    children[index] = { ...child, name: pick(names.filter((one) => /^[A-Za-z]/.test(one))) ?? "X" };
  },
  empty: ({ children }, index) => {
    const child = children[index];
    if (child !== undefined) children[index] = { ...child, text: "", children: [] };
  },
  bad: ({ children }, index, pick) => {
    const child = children[index];
    if (child !== undefined)
      children[index] = { ...child, text: pick(badValues) ?? "", raw: true } as XmlElement;
  },
  text: (parent) => {
    parent.text = "tekst";
  },
  attribute: ({ children }, index, pick) => {
    const child = children[index];
    const name = pick(["typ", "kodSystemowy", "wersjaSchemy"]) ?? "typ";
    if (child !== undefined) children[index] = { ...child, attributes: { ...child.attributes, [name]: "x" } };
  },
  move: ({ children }, index, pick) => {
    const [child] = children.splice(index, 1);
    if (child !== undefined) children.splice(pick(children.map((_, at) => at)) ?? 0, 0, child);
  },
};

function everyParent(element: XmlElement): XmlElement[] {
  return element.children.length === 0 ? [] : [element, ...element.children.flatMap(everyParent)];
}

function written(element: XmlElement): string {
  const attributes = Object.entries(element.attributes).map(
    ([name, value]) => ` ${name}="${escaped(value)}"`,
  );
  const text =
    "raw" in element
      ? element.text
      : escaped(element.children.length > 0 ? element.text.trim() : element.text);
  const inner = element.children.map((child) => `\n${written(child)}`).join("");
  return `<${element.name}${attributes.join("")}>${text}${inner}</${element.name}>`;
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
