import type { XmlElement } from "../../xml.ts";
import { decimalOf, type Decimal } from "./decimal.ts";

/** Elements by local name, in document order. */
export class Fields {
  private readonly elements: readonly XmlElement[];
  private byName: Map<string, XmlElement[]> | undefined;

  constructor(elements: readonly XmlElement[]) {
    this.elements = elements;
  }

  has(name: string): boolean {
    return this.first(name) !== undefined;
  }

  first(name: string): XmlElement | undefined {
    // A line has a dozen elements and there may be thousands of lines: an index would cost more than it saves.
    if (this.elements.length > 15) return this.all(name)[0];
    for (const element of this.elements) if (element.name === name) return element;
    return undefined;
  }

  all(name: string): readonly XmlElement[] {
    this.byName ??= Map.groupBy(this.elements, (element) => element.name);
    return this.byName.get(name) ?? [];
  }
}

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
  /** The first P_12 of each rate on the lines. */
  rates: ReadonlyMap<string, XmlElement>;
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

const nothing = new Fields([]);

export function factsOf(root: XmlElement, today: string): Facts {
  const top = fieldsOf(root);
  const fa = inside(top, "Fa");
  const kind = textOf(first(fa, "RodzajFaktury")) ?? "";
  const lines = linesOf(fa.all("FaWiersz"));
  return {
    today,
    root: top,
    seller: party(first(top, "Podmiot1")),
    buyer: party(first(top, "Podmiot2")),
    thirds: top.all("Podmiot3").map((element) => ({ element, fields: party(element) })),
    authorised: party(first(top, "PodmiotUpowazniony")),
    fa,
    notes: flattened(first(fa, "Adnotacje")),
    lines,
    rates: ratesOf(lines),
    orderLines: linesOf(inside(fa, "Zamowienie").all("ZamowienieWiersz")),
    payment: inside(fa, "Platnosc"),
    kind,
    correcting: kind.startsWith("KOR"),
    currency: textOf(first(fa, "KodWaluty")) ?? "",
  };
}

export const fieldsOf = (element: XmlElement): Fields => new Fields(element.children);

export const first = (fields: Fields, name: string): XmlElement | undefined => fields.first(name);

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
  return new Fields([...(identification?.children ?? []), ...element.children]);
}

function flattened(element: XmlElement | undefined): Fields {
  if (element === undefined) return nothing;
  return new Fields(element.children.flatMap((child) => [child, ...child.children]));
}

const linesOf = (elements: readonly XmlElement[]): Line[] =>
  elements.map((element) => ({ element, fields: fieldsOf(element) }));

function ratesOf(lines: Line[]): Map<string, XmlElement> {
  const rates = new Map<string, XmlElement>();
  for (const { fields } of lines) {
    const at = first(fields, "P_12");
    const rate = textOf(at);
    if (at !== undefined && rate !== undefined && !rates.has(rate)) rates.set(rate, at);
  }
  return rates;
}
