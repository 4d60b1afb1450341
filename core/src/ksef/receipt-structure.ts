import { textAt, type XmlElement } from "../xml.ts";

/**
 * What is wrong first with the structure of a receipt (UPO), as a sentence that begins with the path of the element;
 * undefined when nothing is. Tolerated, because the schema as published refuses what KSeF does: the signature of KSeF
 * below the root, and another name of the Ministry, which the test environment has. A receipt of another version than
 * v4-3 is not judged. Source: schema UPO v4-3.
 */
export function structureFault(root: XmlElement): string | undefined {
  if (root.namespace !== namespace) return undefined;
  if (root.name !== "Potwierdzenie") return `${root.name} stands where Potwierdzenie is expected`;
  const children = root.children.filter((child) => !isSignature(child));
  return faultOf({ ...root, children }, receipt, {}) ?? repeatedNumber(children);
}

const namespace = "http://upo.schematy.mf.gov.pl/KSeF/v4-3";

const isSignature = (element: XmlElement): boolean =>
  element.name === "Signature" && element.namespace === "http://www.w3.org/2000/09/xmldsig#";

/** `declared` are the attributes of the elements around it, for the prefixes they declare. */
function faultOf(
  element: XmlElement,
  content: Content,
  declared: Readonly<Record<string, string>>,
): string | undefined {
  const { name, text, attributes, children } = element;
  const own = Object.keys(attributes);
  const scope = own.length === 0 ? declared : { ...declared, ...attributes };
  const odd = own.find((attribute) => !isAllowed(attribute, name, scope));
  if (odd !== undefined) return `${name} has the attribute ${odd}, for which there is no place`;
  if (!Array.isArray(content)) {
    if (children[0] !== undefined) return `${name}/${children[0].name} stands where only text is expected`;
    return content.fits(text) ? undefined : `${name} is ${shown(text)}, which is not ${content.what}`;
  }
  if (/[^ \t\r\n]/.test(text)) return `${name} has text beside its elements: ${shown(text.trim())}`;
  const fault = faultAmong(children, content, scope);
  return fault === undefined ? undefined : `${name}/${fault}`;
}

function faultAmong(
  children: readonly XmlElement[],
  steps: readonly Step[],
  scope: Readonly<Record<string, string>>,
): string | undefined {
  let at = 0;
  for (const { choices, least, most } of steps) {
    let count = 0;
    for (let child = children[at]; child !== undefined && count < most; child = children[++at]) {
      const content = child.namespace === namespace ? choices.get(child.name) : undefined;
      if (content === undefined) break;
      const fault = faultOf(child, content, scope);
      if (fault !== undefined && count === 0) return fault;
      if (fault !== undefined) return `${child.name}[${count + 1}]${fault.slice(child.name.length)}`;
      count++;
    }
    if (count >= least) continue;
    const expected = [...choices.keys()].join(" or ");
    const there = children[at];
    return there === undefined
      ? `${expected} is missing`
      : `${named(there)} stands where ${expected} is expected`;
  }
  const surplus = children[at];
  return surplus === undefined ? undefined : `${named(surplus)} stands where nothing more is expected`;
}

const named = (element: XmlElement): string =>
  element.namespace === namespace ? element.name : `${element.name} of the namespace "${element.namespace}"`;

/** In quotation marks, with line breaks and the like made visible. */
const shown = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);

/** Beside the schema's one attribute: declarations of namespaces, and what points to types and schemas. */
function isAllowed(attribute: string, element: string, scope: Readonly<Record<string, string>>): boolean {
  const [prefix = "", name = ""] = attribute.split(":");
  if (name === "" && prefix === "wersjaSchemy") return element === "Potwierdzenie";
  if (prefix === "xmlns") return true;
  const ofSchemas = scope[`xmlns:${prefix}`] === "http://www.w3.org/2001/XMLSchema-instance";
  return ofSchemas && ["type", "schemaLocation", "noNamespaceSchemaLocation"].includes(name);
}

function repeatedNumber(children: readonly XmlElement[]): string | undefined {
  const numbers = new Set<string | undefined>();
  for (const [index, document] of children.filter(({ name }) => name === "Dokument").entries()) {
    const number = textAt(document, "NumerKSeFDokumentu");
    if (numbers.has(number))
      return `Potwierdzenie/Dokument[${index + 1}]/NumerKSeFDokumentu is that of another Dokument, ${number}`;
    numbers.add(number);
  }
  return undefined;
}

type Content = Simple | Step[];

/** The type of an element with text alone. `what` ends the sentence "... is not". */
interface Simple {
  what: string;
  fits: (text: string) => boolean;
}

/** A place in a sequence: the elements of which one stands there, from `least` to `most` times. */
interface Step {
  choices: ReadonlyMap<string, Content>;
  least: number;
  most: number;
}

function step(choices: Record<string, Content>, least = 1, most = 1): Step {
  return { choices: new Map(Object.entries(choices)), least, most };
}

/** A pattern of XML Schema, which is for the whole text and knows the digits of every script. */
function pattern(what: string, source: string): Simple {
  const whole = new RegExp(`^(?:${source.replaceAll("\\d", "\\p{Nd}")})$`, "su");
  return { what, fits: (text) => whole.test(collapsed(text)) };
}

function textOf(most: number): Simple {
  return pattern(`a text of 1 to ${most} characters`, `.{1,${most}}`);
}

const collapsed = (text: string): string =>
  untidy.test(text) ? text.replaceAll(/[ \t\r\n]+/g, " ").replaceAll(/^ | $/g, "") : text;
const untidy = /^ | $|[\t\r\n]| {2}/;

/** A date, or a time if `earliest` is one, that is not before. No time zone is taken for UTC. */
function since(what: string, earliest: string): Simple {
  const bound = momentOf(earliest);
  const hasTime = earliest.includes("T");
  const fits = (text: string): boolean =>
    text.includes("T") === hasTime && momentOf(collapsed(text)) >= bound;
  return { what: `${what} since ${earliest}`, fits };
}

/**
 * In milliseconds, to compare; NaN for what is no date. Two thousand years are added, for Date.UTC has no years below
 * 100: the calendar is the same. So is, in years of more than four digits, that of the last four.
 */
function momentOf(text: string): number {
  const [, more, year, month, day, hours = 0, minutes = 0, seconds = 0, sign, ahead = 0, aheadMinutes = 0] =
    moment.exec(text) ?? [];
  const midnight = Date.UTC(2000 + Number(year), Number(month) - 1, Number(day));
  if (new Date(midnight).getUTCMonth() !== Number(month) - 1) return Number.NaN;
  const offset = (Number(ahead) * 60 + Number(aheadMinutes)) * (sign === "-" ? -1 : 1);
  const elapsed = (Number(hours) * 60 + Number(minutes) - offset) * 60 + Number(seconds);
  return more === undefined ? midnight + elapsed * 1000 : Infinity;
}

const moment =
  /^([1-9]\d*)?(\d{4})-(\d\d)-(\d\d)(?:T(?=24:00:00(?!\.0*[1-9])|[01]\d|2[0-3])(\d\d):([0-5]\d):([0-5]\d(?:\.\d+)?))?(?:Z|([+-])(0\d|1[0-3]|14(?=:00)):([0-5]\d))?$/;

const nip = "[1-9](\\d[1-9]|[1-9]\\d)\\d{7}";

/** EU VAT numbers, with those of Northern Ireland (XI). */
const vatNumber = [
  "ATU\\d{8}",
  "BE[01]\\d{9}",
  "BG\\d{9,10}",
  "CY\\d{8}[A-Z]",
  "CZ\\d{8,10}",
  "(DE|EE|EL|LT|PT|XI)\\d{9}",
  "(DK|FI|HU|LU|MT|SI)\\d{8}",
  "ES([A-Z]\\d{8}|\\d{8}[A-Z]|[A-Z]\\d{7}[A-Z])",
  "FR[A-Z0-9]{2}\\d{9}",
  "(HR|IT|LV)\\d{11}",
  "IE(\\d{7}[A-Z]{2}|\\d[A-Z0-9+*]\\d{5}[A-Z])",
  "(LT|SE|XI)\\d{12}",
  "NL[A-Z0-9+*]{12}",
  "RO\\d{2,10}",
  "SK\\d{10}",
  "XI(GD|HA)\\d{3}",
].join("|");

const reference = pattern(
  "a reference number of KSeF",
  "(20[2-9]|2[1-9][0-9]|[3-9][0-9]{2})[0-9](0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])-[0-9A-Z]{2}(-[0-9A-F]{10}){2}-[0-9A-F]{2}",
);
const ksefNumber = pattern(
  "a KSeF number",
  `${nip}-(20[2-9][0-9]|2[1-9]\\d{2}|[3-9]\\d{3})(0[1-9]|1[0-2])(0[1-9]|[12]\\d|3[01])-[0-9A-F]{6}-?[0-9A-F]{6}-[0-9A-F]{2}`,
);
const hash = pattern("a hash of 44 characters", ".{44}");
const ordinal = pattern("a whole number from 1", "\\+?0*[1-9][0-9]*");
const time = since("a time", "2021-10-01T00:00:00Z");

/** The schema has one name here, which an element that is empty has by default. */
const anyName = textOf(240);
const ministry: Simple = { ...anyName, fits: (text) => text === "" || anyName.fits(text) };
/** The one type that keeps its white space. */
const mode: Simple = {
  what: "Online or Offline",
  fits: (text) => text === "Online" || text === "Offline",
};

const receipt: Step[] = [
  step({ NazwaPodmiotuPrzyjmujacego: ministry }),
  step({ NumerReferencyjnySesji: reference }),
  step({
    Uwierzytelnienie: [
      step({
        IdKontekstu: [
          step({
            Nip: pattern("a NIP", nip),
            IdWewnetrzny: pattern("an internal identifier (NIP and five digits)", `${nip}-\\d{5}`),
            IdZlozonyVatUE: pattern("a NIP and an EU VAT number", `${nip}-(${vatNumber})`),
            IdDostawcyUslugPeppol: pattern("a Peppol identifier", "P[A-Z]{2}[0-9]{6}"),
          }),
        ],
      }),
      step({ NumerReferencyjnyTokenaKSeF: reference, SkrotDokumentuUwierzytelniajacego: hash }),
    ],
  }),
  step(
    {
      OpisPotwierdzenia: [
        step({ Strona: ordinal }),
        step({ LiczbaStron: ordinal }),
        step({ ZakresDokumentowOd: ordinal }),
        step({ ZakresDokumentowDo: ordinal }),
        step({ CalkowitaLiczbaDokumentow: ordinal }),
      ],
    },
    0,
  ),
  step({ NazwaStrukturyLogicznej: textOf(240) }),
  step({ KodFormularza: textOf(240) }),
  step(
    {
      Dokument: [
        step({ NipSprzedawcy: pattern("a NIP", nip) }),
        step({ NumerKSeFDokumentu: ksefNumber }),
        step({ NumerFaktury: textOf(256) }),
        step({ DataWystawieniaFaktury: since("a date", "2006-01-01") }),
        step({ DataPrzeslaniaDokumentu: time }),
        step({ DataNadaniaNumeruKSeF: time }),
        step({ SkrotDokumentu: hash }),
        step({ TrybWysylki: mode }),
      ],
    },
    1,
    10_000,
  ),
];
