import { parseXml, type XmlElement } from "../../src/xml.ts";
import { seeded } from "./outage/random.ts";

export interface Mutant {
  operator: string;
  root: XmlElement;
}

/** Deterministic: the same seed gives the same mutants for ever. One in four is changed twice. */
export function mutantsOf(original: Uint8Array, count: number, seed: number): Mutant[] {
  const random = seeded(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  return Array.from({ length: count }, () => {
    const root = copyOf(parseXml(original));
    const used = Array.from({ length: random() < 0.25 ? 2 : 1 }, () => {
      const operator = pick(Object.keys(operators));
      operators[operator]!(pick([root, ...below(root)]), root, pick);
      return operator;
    });
    return { operator: used.join(" and "), root };
  });
}

/** One for each element with text and each text at the edges of its type. */
export function mutantsOfTexts(original: Uint8Array): Mutant[] {
  const sample = copyOf(parseXml(original));
  return below(sample).flatMap(({ name, children }, index) =>
    (children.length > 0 ? [] : candidates(name)).map((text) => {
      const root = copyOf(sample);
      below(root)[index]!.text = text;
      return { operator: "text", root };
    }),
  );
}

/** As a document; each namespace is declared where it begins. */
export function written(root: XmlElement): Uint8Array {
  return new TextEncoder().encode(`<?xml version="1.0" encoding="UTF-8"?>\n${elementText(root, "")}`);
}

export const signatureNamespace = "http://www.w3.org/2000/09/xmldsig#";

type Operator = (element: XmlElement, root: XmlElement, pick: <T>(from: readonly T[]) => T) => void;

const operators: Record<string, Operator> = {
  remove: (element, root) => {
    const { children } = parentOf(element, root);
    children.splice(children.indexOf(element), 1);
  },
  double: (element, root) => {
    const { children } = parentOf(element, root);
    children.splice(children.indexOf(element), 0, copyOf(element));
  },
  rename: (element, root, pick) => {
    element.name = pick([...below(root).map(({ name }) => name), "Obcy", "constructor", "Signature"]);
  },
  move: (element, root, pick) => {
    if (element === root) return;
    const { children } = parentOf(element, root);
    children.splice(children.indexOf(element), 1);
    const { children: others } = pick([parentOf(pick(below(root)), root), root]);
    others.splice(pick([...others.keys(), others.length]), 0, element);
  },
  foreign: (element, _, pick) => {
    const name = pick(["Obcy", "Signature", "Dokument", "Nip"]);
    const namespace = pick(["", "urn:obcy", element.namespace, signatureNamespace]);
    const added = { ...element, name, namespace, attributes: {}, text: "", children: [] };
    element.children = element.children.toSpliced(pick([...element.children.keys(), 0]), 0, added);
  },
  sign: ({ line }, root, pick) => {
    const value = { name: "SignatureValue", namespace: signatureNamespace, attributes: {}, children: [] };
    const children = [{ ...value, text: "c2lnbmVk", line }];
    const { children: others } = pick([root, root, root, pick(below(root))]);
    const signature = { ...value, name: "Signature", text: "", children, line };
    others.splice(pick([...others.keys(), others.length, others.length]), 0, signature);
  },
  namespace: (element, root, pick) => {
    if (element !== root) element.namespace = pick(["", "urn:obcy", signatureNamespace]);
  },
  attribute: (element, root, pick) => {
    const [name, value] = pick(attributes);
    pick([element, root]).attributes[name] = value;
  },
  mixed: (element, _, pick) => {
    element.text += pick(["obcy", " ", "\n\t", "\u{a0}"]);
  },
  text: (_, root, pick) => {
    const leaf = pick(below(root).filter(({ children }) => children.length === 0));
    leaf.text = pick(candidates(leaf.name));
  },
  character: (_, root, pick) => {
    const leaf = pick(below(root).filter(({ children }) => children.length === 0));
    const characters = Array.from(leaf.text);
    const inserted = pick(Array.from(" \t\n\r09AZaz-:.+&<\u{a0}٣ł😀").concat("", "  "));
    leaf.text = characters
      .toSpliced(pick([...characters.keys(), characters.length]), pick([0, 1]), inserted)
      .join("");
  },
  context: (_, root, pick) => {
    const leaf = below(root).find(({ name }) => name in contexts);
    if (leaf === undefined) return;
    leaf.name = pick(Object.keys(contexts));
    leaf.text = pick(contexts[leaf.name]!);
  },
};

const instance = "http://www.w3.org/2001/XMLSchema-instance";
const attributes: [string, string][] = [
  ["wersjaSchemy", "1-0E"],
  ["wersjaSchemy", ""],
  ["id", "x"],
  ["xml:lang", "pl"],
  ["xsi:nil", "false"],
  ["xsi:schemaLocation", "urn:a a.xsd"],
  ["xmlns:a", "urn:a"],
  ["xmlns:a", instance],
];

/** Texts at the edges of each type, good ones and bad ones. */
function candidates(name: string): string[] {
  if (name in contexts) return contexts[name]!;
  if (name === "NipSprzedawcy") return contexts.Nip!;
  if (name === "DataWystawieniaFaktury") return [...dates, "2025-09-16T00:00:00Z"];
  if (name.startsWith("Data")) return [...times, "2025-09-16"];
  if (name.startsWith("Skrot"))
    return [44, 43, 45].map((length) => "A".repeat(length)).concat(" ", "ł".repeat(44));
  if (name === "TrybWysylki") return ["Offline", "Online", "offline", " Online", "Online\n", "Batch", ""];
  if (name.startsWith("NumerReferencyjny")) return references;
  if (name === "NumerKSeFDokumentu") return ksefNumbers;
  if (/^(Strona|Liczba|Zakres|Calkowita)/.test(name)) return ordinals;
  return lengths;
}

const vatNumbers = (
  "ATU12345678 AT12345678 BE0123456789 BE2123456789 BG123456789 BG12345678901 CY12345678A CZ1234567 CZ12345678 DE123456789 " +
  "DK12345678 EE123456789 EL123456789 GR123456789 ESA12345678 ES12345678A ESA1234567B ES123456789 FI12345678 FRAB123456789 " +
  "HR12345678901 HU12345678 IE1234567AB IE1+12345A IE1234567 IT12345678901 LT123456789 LT123456789012 LT1234567890 LU12345678 " +
  "LV12345678901 MT12345678 NL+*3456789B12 PT123456789 RO12 RO1 RO1234567890 SE123456789012 SI12345678 SK1234567890 " +
  "XI123456789 XI123456789012 XIGD123 XIHA123 XIHB123 PL5265877635"
).split(" ");
const digitsOfCountries = [...new Set(vatNumbers.map((number) => number.slice(0, 2)))].flatMap((country) =>
  Array.from({ length: 13 }, (_, length) => country + "0123456789012".slice(0, length)),
);
const contexts: Record<string, string[]> = {
  Nip: [
    "5265877635",
    "1010000000",
    "1100000000",
    "1000000000",
    "0265877635",
    "526587763",
    "52658776350",
    "5265٣77635",
  ],
  IdWewnetrzny: ["5265877635-12345", "5265877635-1234", "526587763512345", " 5265877635-00000\n"],
  IdZlozonyVatUE: vatNumbers.concat(digitsOfCountries).map((number) => `5265877635-${number}`),
  IdDostawcyUslugPeppol: ["PPL123456", "PPL12345", "PP1123456", "APL123456", "PPL12345٣"],
};
const dates = (
  "2006-01-01 2005-12-31 2006-01-01-14:00 2006-01-01+14:00 2006-01-02+14:00 2006-01-02Z 2024-02-29 2025-02-29 2100-02-29 " +
  "2000-02-29 2025-04-31 2025-12-31 2025-13-01 2025-00-10 2025-01-00 2025-01-32 12025-02-28 12024-02-29 12025-02-29 " +
  "10000-02-29 02025-01-01 -2025-01-01 2025-1-1 20250916 2025-09-16+02:00 2025-09-16+14:01 2025-09-16+15:00 2025-09-16+2:00"
).split(" ");
const times = (
  "2021-10-01T00:00:00Z 2021-09-30T23:59:59.999Z 2021-10-01T02:00:00+02:00 2021-10-01T01:59:59+02:00 2021-09-30T10:00:00-14:00 " +
  "2021-09-30T09:59:59-14:00 2021-09-30T23:59:59 2021-10-01T00:00:01 2021-10-02T00:00:00 2025-09-16T24:00:00Z 2025-09-16T24:00:00.0 " +
  "2025-09-16T24:00:00.1 2025-09-16T24:00:01Z 2025-09-16T25:00:00Z 2025-09-16T23:60:00Z 2025-09-16T23:59:60Z 2025-09-16T12:00Z " +
  "2025-09-16T9:00:00Z 2025-09-16T11:00:00.Z 2025-09-16T11:00:00.123456789Z 2025-09-16T11:00:00+14:00 2025-09-16T11:00:00+14:01 " +
  "2025-09-16T11:00:00z 2025-02-30T11:00:00Z 12025-02-28T11:00:00Z"
).split(" ");
const references = (
  "36950822-93-9D5A28BFDA-47C899773E-5C 20200101-AZ-0000000000-FFFFFFFFFF-00 20100101-AZ-0000000000-FFFFFFFFFF-00 " +
  "21001231-EC-0000000000-FFFFFFFFFF-00 22501331-EC-0000000000-FFFFFFFFFF-00 20250032-EC-0000000000-FFFFFFFFFF-00 " +
  "20250131-EC-000000000G-FFFFFFFFFF-00 20250131-ec-0000000000-FFFFFFFFFF-00 20250131-EC-0000000000-FFFFFFFFFF-0"
).split(" ");
const ksefNumbers = (
  "5265877635-20250916-0200A0D6723E-C2 5265877635-20250916-0200A0-D6723E-C2 5265877635-20250916-0200A0--D6723E-C2 " +
  "5265877635-20190916-0200A0D6723E-C2 5265877635-21٣90916-0200A0D6723E-C2 5265877635-20٣90916-0200A0D6723E-C2 " +
  "5265877635-20251316-0200A0D6723E-C2 5265877635-20250900-0200A0D6723E-C2 5265877635-20250931-0200a0D6723E-C2 " +
  "1000877635-20250916-0200A0D6723E-C2 5265877635-20250916-0200A0D6723E"
).split(" ");
const ordinals = [
  "0",
  "1",
  "+1",
  "-1",
  "007",
  "000",
  "1.0",
  "1e3",
  "",
  " 12 ",
  "1 2",
  "٣",
  "12345678901234567890",
];
const lengths = [240, 241, 256, 257]
  .flatMap((length) => ["a".repeat(length), "😀".repeat(length), ` ${"a \n".repeat(length / 2)}`])
  .concat("", " ", "\n", "x", "\u{a0}", "Ministerstwo Finansów", " Ministerstwo\tFinansów");

const below = (element: XmlElement): XmlElement[] =>
  element.children.flatMap((child) => [child, ...below(child)]);

/** The elements of a parsed tree share what is empty. */
export const copyOf = (element: XmlElement): XmlElement => ({
  ...element,
  attributes: { ...element.attributes },
  children: element.children.map(copyOf),
});

/** For the root and what is no longer there, an element of its own. */
function parentOf(element: XmlElement, root: XmlElement): XmlElement {
  return (
    [root, ...below(root)].find(({ children }) => children.includes(element)) ?? {
      ...root,
      children: [element],
    }
  );
}

function elementText(element: XmlElement, around: string): string {
  const { name, namespace, text, children } = element;
  const declared = namespace === around ? [] : [["xmlns", namespace]];
  const all = [...declared, ["xmlns:xsi", instance], ...Object.entries(element.attributes)];
  const start = all
    .filter(([key], index) => key !== "xmlns" || index === 0)
    .map(([key = "", value = ""]) => ` ${key}="${escaped(value)}"`);
  const inner = children.map((child) => elementText(child, namespace)).join("");
  return `<${name}${start.join("")}>${escaped(text)}${inner}</${name}>`;
}

const escaped = (text: string): string =>
  text.replaceAll(/[&<"\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
