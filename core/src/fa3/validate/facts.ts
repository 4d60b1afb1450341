import type { XmlElement } from "../../xml.ts";
import { decimalOf, type Decimal } from "./decimal.ts";

/** The children of an element by local name, in document order. */
export type Fields = ReadonlyMap<string, readonly XmlElement[]>;

export interface Line {
  element: XmlElement;
  fields: Fields;
}

/** What the rules read, collected in one walk over the document. Parts may be absent: the schema may have refused it. */
export interface Facts {
  /** Warsaw date, `YYYY-MM-DD`. */
  today: string;
  root: Fields;
  seller: Fields;
  buyer: Fields;
  thirds: { element: XmlElement; fields: Fields }[];
  authorised: Fields;
  fa: Fields;
  /** Adnotacje with the elements inside its groups. */
  notes: Fields;
  /** FaWiersz. */
  lines: Line[];
  /** Zamowienie/ZamowienieWiersz. */
  orderLines: Line[];
  payment: Fields;
  /** RodzajFaktury. */
  kind: string;
  /** KOR, KOR_ZAL, KOR_ROZ. */
  correcting: boolean;
  /** KodWaluty. */
  currency: string;
}

const nothing: Fields = new Map();

export function factsOf(root: XmlElement, today: string): Facts {
  const top = fieldsOf(root);
  const fa = inside(top, "Fa");
  const kind = textOf(first(fa, "RodzajFaktury")) ?? "";
  return {
    today,
    root: top,
    seller: party(top.get("Podmiot1")?.[0]),
    buyer: party(top.get("Podmiot2")?.[0]),
    thirds: (top.get("Podmiot3") ?? []).map((element) => ({ element, fields: party(element) })),
    authorised: party(top.get("PodmiotUpowazniony")?.[0]),
    fa,
    notes: flattened(first(fa, "Adnotacje")),
    lines: linesOf(fa.get("FaWiersz")),
    orderLines: linesOf(inside(fa, "Zamowienie").get("ZamowienieWiersz")),
    payment: inside(fa, "Platnosc"),
    kind,
    correcting: kind.startsWith("KOR"),
    currency: textOf(first(fa, "KodWaluty")) ?? "",
  };
}

export function fieldsOf(element: XmlElement): Fields {
  const fields = new Map<string, XmlElement[]>();
  for (const child of element.children) {
    const same = fields.get(child.name);
    if (same === undefined) fields.set(child.name, [child]);
    else same.push(child);
  }
  return fields;
}

export const first = (fields: Fields, name: string): XmlElement | undefined => fields.get(name)?.[0];

/** The children of the first element of a name. */
export function inside(fields: Fields, name: string): Fields {
  const element = first(fields, name);
  return element === undefined ? nothing : fieldsOf(element);
}

/** The text with its white space trimmed; undefined for an empty element too. */
export function textOf(element: XmlElement | undefined): string | undefined {
  return element?.text.trim() || undefined;
}

/** The exact number; undefined where there is none the schema would take. */
export function numberOf(element: XmlElement | undefined): Decimal | undefined {
  const text = textOf(element);
  return text === undefined ? undefined : decimalOf(text);
}

/** Whether a marker such as P_18 says yes. */
export const says = (fields: Fields, name: string): boolean => textOf(first(fields, name)) === "1";

/** A party with its identification: NIP, KodUE and the like stand beside Adres. */
function party(element: XmlElement | undefined): Fields {
  if (element === undefined) return nothing;
  const identification = element.children.find(({ name }) => name === "DaneIdentyfikacyjne");
  const fields = fieldsOf(element) as Map<string, XmlElement[]>;
  for (const child of identification?.children ?? []) fields.set(child.name, [child]);
  return fields;
}

function flattened(element: XmlElement | undefined): Fields {
  if (element === undefined) return nothing;
  const fields = new Map<string, XmlElement[]>();
  for (const child of element.children) {
    fields.set(child.name, [child]);
    for (const inner of child.children) fields.set(inner.name, [inner]);
  }
  return fields;
}

const linesOf = (elements: readonly XmlElement[] = []): Line[] =>
  elements.map((element) => ({ element, fields: fieldsOf(element) }));
