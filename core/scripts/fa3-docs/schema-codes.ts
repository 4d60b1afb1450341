import { validate, type ValidationFault } from "../../src/fa3/validate/index.ts";
import { sampleInvoiceXml } from "../../testing/invoice.ts";

/** A code of the file rules or of the schema: what it means, and a document that shows it. */
interface Shown {
  title: string;
  source: string;
  document: string | Uint8Array;
}

/** The same with what the validator really says of that document. */
export interface DocumentedCode extends Omit<Shown, "document"> {
  code: string;
  fault: ValidationFault;
}

/** The codes of KSeF's rules for files. */
export const fileCodes = (): DocumentedCode[] => documented(files);

/** The codes of faults the official XSD finds. */
export const schemaCodes = (): DocumentedCode[] => documented(schema);

const sample = sampleInvoiceXml();
const fileRules = "ksef-docs, faktury/weryfikacja-faktury.md";
const xsd = "schemat_FA(3)_v1-0E.xsd";

const files: Record<string, Shown> = {
  "xml.size": {
    title: "The file is larger than KSeF accepts: 1,000,000 bytes, or 3,000,000 with an attachment",
    source: fileRules,
    document: sampleInvoiceXml({ extra: `<!--${"x".repeat(1_000_000)}-->` }),
  },
  "xml.encoding": {
    title: "The file is not UTF-8 without a byte order mark",
    source: fileRules,
    document: `\u{feff}${sample}`,
  },
  "xml.malformed": { title: "The file is not well-formed XML 1.0", source: fileRules, document: "<Faktura>" },
  "xml.doctype": {
    title: "The file has a DOCTYPE or an entity of its own",
    source: fileRules,
    document: sample.replace("<Faktura", "<!DOCTYPE Faktura>\n<Faktura"),
  },
  "xml.processing-instruction": {
    title: "The file has a processing instruction",
    source: fileRules,
    document: sample.replace("<Faktura", "<?xml-stylesheet?>\n<Faktura"),
  },
  "xml.character": {
    title: "The file has a character KSeF forbids",
    source: fileRules,
    document: sampleInvoiceXml({ item: "Us\u{80}ługa" }),
  },
  "xml.depth": {
    title: "The elements are nested more than 64 levels deep",
    source: "Our own limit; FA(3) needs 11 levels",
    document: "<a>".repeat(65) + "</a>".repeat(65),
  },
  "fa3.form": { title: "The document is not an FA(3) invoice", source: xsd, document: "<Faktura/>" },
};

const currency = "<KodWaluty>PLN</KodWaluty>";
const issueDate = "<P_1>2026-02-15</P_1>";
const instead = (part: string, other: string): string => sample.replace(part, other);

const schema: Record<string, Shown> = {
  "FA3-XSD-MISSING": { title: "An element is missing", source: xsd, document: instead(currency, "") },
  "FA3-XSD-UNEXPECTED": {
    title: "An element may not stand here",
    source: xsd,
    document: instead(currency, `${currency}<Adres/>`),
  },
  "FA3-XSD-MISSPELT": {
    title: "An element has the name of another, nearly",
    source: xsd,
    document: instead(currency, "<KodWalut>PLN</KodWalut>"),
  },
  "FA3-XSD-ORDER": {
    title: "Elements stand in another order than the schema's",
    source: xsd,
    document: sample.replace(/(<P_1>.*<\/P_1>)(\s*)(<P_2>.*<\/P_2>)/, "$3$2$1"),
  },
  "FA3-XSD-DUPLICATE": {
    title: "An element stands more often than it may",
    source: xsd,
    document: instead(currency, currency + currency),
  },
  "FA3-XSD-CHOICE": {
    title: "Two elements of which there may be one",
    source: xsd,
    document: instead("<NIP>1111111111</NIP>", "<NIP>1111111111</NIP><BrakID>1</BrakID>"),
  },
  "FA3-XSD-NAMESPACE": {
    title: "An element is in another namespace",
    source: xsd,
    document: instead(currency, '<KodWaluty xmlns="">PLN</KodWaluty>'),
  },
  "FA3-XSD-EMPTY": { title: "An element is empty", source: xsd, document: instead(currency, "<KodWaluty/>") },
  "FA3-XSD-FIXED": {
    title: "A value is not the only one there may be",
    source: xsd,
    document: instead('wersjaSchemy="1-0E"', 'wersjaSchemy="1-1E"'),
  },
  "FA3-XSD-ENUM": {
    title: "A value is not in the official list",
    source: xsd,
    document: instead(currency, "<KodWaluty>ZŁ</KodWaluty>"),
  },
  "FA3-XSD-DIGITS": {
    title: "A number has too many digits",
    source: xsd,
    document: instead("<P_8B>1<", "<P_8B>1.1234567<"),
  },
  "FA3-XSD-LENGTH": {
    title: "A text is too long or too short",
    source: xsd,
    document: sampleInvoiceXml({ item: "x".repeat(513) }),
  },
  "FA3-XSD-RANGE": {
    title: "A date or a number lies outside its limits",
    source: xsd,
    document: instead(issueDate, "<P_1>1999-01-01</P_1>"),
  },
  "FA3-XSD-PATTERN": {
    title: "A value is not written as it must be",
    source: xsd,
    document: instead("<NIP>1111111111</NIP>", "<NIP>111-111-11-11</NIP>"),
  },
  "FA3-XSD-VALUE": {
    title: "A value is not of its type",
    source: xsd,
    document: instead(issueDate, "<P_1>15.02.2026</P_1>"),
  },
  "FA3-XSD-ATTRIBUTE": {
    title: "An attribute is missing, or may not stand here",
    source: xsd,
    document: instead(issueDate, '<P_1 kind="x">2026-02-15</P_1>'),
  },
  "FA3-XSD-TEXT": {
    title: "There is text where only elements may be",
    source: xsd,
    document: instead(currency, `text${currency}`),
  },
  "FA3-XSD-CONTENT": {
    title: "There are elements where only a value may be",
    source: xsd,
    document: instead(currency, "<KodWaluty><Kod/></KodWaluty>"),
  },
};

/** What the validator says of each document. Throws when it no longer says what this list claims. */
function documented(all: Record<string, Shown>): DocumentedCode[] {
  return Object.entries(all).map(([code, { title, source, document }]) => {
    const bytes = typeof document === "string" ? new TextEncoder().encode(document) : document;
    const faults = validate(bytes, { today: "2026-03-01" });
    const fault = faults.find((one) => one.code === code);
    if (fault !== undefined) return { code, title, source, fault };
    throw new Error(
      `The document for ${code} is judged otherwise: ${faults.map((one) => one.code).join(", ")}`,
    );
  });
}
