import { HubError } from "../../error.ts";
import { parseXml, type XmlElement } from "../../xml.ts";
import { forms } from "../forms.ts";
import { schemaFaults } from "../schema.ts";
import { faultOf, type Text, type ValidationFault } from "./fault.ts";

/** KSeF's limits in bytes. Source: ksef-docs, faktury/weryfikacja-faktury.md, "Rozmiar pliku". */
const largest = { plain: 1_000_000, withAttachment: 3_000_000 };

/**
 * KSeF's rules for the file itself: size, UTF-8, XML without DOCTYPE and instructions, the root of FA (3).
 * The tree, or the one fault that leaves nothing to work on.
 */
export function readFile(
  bytes: Uint8Array,
  largestBytes: number = largest.withAttachment,
): { root: XmlElement } | { fault: ValidationFault } {
  if (bytes.byteLength > largestBytes) return { fault: tooLarge(bytes.byteLength, largestBytes) };
  let root: XmlElement;
  try {
    root = parseXml(bytes);
  } catch (error) {
    if (!(error instanceof HubError) || !error.code.startsWith("xml.")) throw error;
    return { fault: unreadable(error, bytes) };
  }
  const form = root.name === "Faktura" ? forms[root.namespace]?.form : undefined;
  if (form?.systemCode !== "FA (3)") return { fault: anotherForm(root, form?.systemCode) };
  const attached = root.children.some(({ name }) => name === "Zalacznik");
  const most = Math.min(largestBytes, attached ? largest.withAttachment : largest.plain);
  if (bytes.byteLength > most) return { fault: tooLarge(bytes.byteLength, most) };
  return { root };
}

function tooLarge(size: number, most: number): ValidationFault {
  return faultOf(
    "xml.size",
    "error",
    {
      en: `The file has ${size} bytes; KSeF takes at most ${most}.`,
      pl: `Plik ma ${size} bajtów; KSeF przyjmuje najwyżej ${most}.`,
    },
    {
      en: "Split the invoice, or move details to an attachment (up to 3,000,000 bytes with Zalacznik).",
      pl: "Podziel fakturę albo przenieś szczegóły do załącznika (do 3 000 000 bajtów z elementem Zalacznik).",
    },
  );
}

function unreadable(error: HubError, bytes: Uint8Array): ValidationFault {
  // Of a document that is not well-formed libxml2 tells the line better.
  const better = error.code === "xml.malformed" ? schemaFaults(bytes, "FA (3)")[0] : undefined;
  const line = better?.line ?? error.faults[0]?.line;
  const words = texts[error.code] ?? texts["xml.malformed"];
  if (words === undefined) throw error;
  const at = line === undefined ? { en: "", pl: "" } : { en: `Line ${line}: `, pl: `Wiersz ${line}: ` };
  const message = { en: at.en + words[0].en, pl: at.pl + words[0].pl };
  return faultOf(error.code, "error", message, words[1], {
    line,
    original: better?.message ?? error.message,
  });
}

function anotherForm(root: XmlElement, known: string | undefined): ValidationFault {
  const what = known === undefined ? `<${root.name}>` : known;
  return faultOf(
    "fa3.form",
    "error",
    {
      en: `The document is ${what}, not an FA (3) invoice.`,
      pl: `Dokument to ${what}, a nie faktura FA (3).`,
    },
    {
      en: 'The root must be Faktura in the namespace "http://crd.gov.pl/wzor/2025/06/25/13775/".',
      pl: "Elementem głównym musi być Faktura w przestrzeni nazw „http://crd.gov.pl/wzor/2025/06/25/13775/”.",
    },
    { path: `/${root.name}`, line: root.line },
  );
}

/** What is wrong, and what to do. */
const texts: Readonly<Record<string, readonly [Text, Text]>> = {
  "xml.encoding": [
    {
      en: "the file is not UTF-8 without a byte order mark.",
      pl: "plik nie jest zapisany w UTF-8 bez znacznika BOM.",
    },
    {
      en: "Save the file as UTF-8 without a byte order mark, and name no other encoding in the prolog.",
      pl: "Zapisz plik jako UTF-8 bez BOM i nie podawaj w prologu innego kodowania.",
    },
  ],
  "xml.malformed": [
    { en: "the file is not well-formed XML.", pl: "plik nie jest poprawnym dokumentem XML." },
    {
      en: "Look near this line for an element that is not closed, or a bare & or < (write &amp; and &lt;).",
      pl: "Szukaj w pobliżu tego wiersza niezamkniętego elementu albo samego & lub < (zapisz &amp; i &lt;).",
    },
  ],
  "xml.doctype": [
    {
      en: "the file has a DOCTYPE, which KSeF refuses.",
      pl: "plik zawiera DOCTYPE, a KSeF go nie przyjmuje.",
    },
    { en: "Remove the DOCTYPE and its entities.", pl: "Usuń DOCTYPE wraz z encjami." },
  ],
  "xml.processing-instruction": [
    {
      en: "the file has a processing instruction, which KSeF refuses.",
      pl: "plik zawiera instrukcję przetwarzania, a KSeF jej nie przyjmuje.",
    },
    {
      en: "Remove <? ... ?>, except for the XML prolog in the first line.",
      pl: "Usuń <? ... ?>, z wyjątkiem prologu XML w pierwszym wierszu.",
    },
  ],
  "xml.character": [
    {
      en: "there is a control character KSeF refuses.",
      pl: "jest tu znak sterujący, którego KSeF nie przyjmuje.",
    },
    {
      en: "Remove the character; it often comes along when text is pasted.",
      pl: "Usuń ten znak; często trafia do tekstu przy wklejaniu.",
    },
  ],
  "xml.depth": [
    { en: "the elements are nested too deeply.", pl: "elementy są zagnieżdżone zbyt głęboko." },
    { en: "Build the document to the structure FA (3).", pl: "Zbuduj dokument według struktury FA (3)." },
  ],
};
