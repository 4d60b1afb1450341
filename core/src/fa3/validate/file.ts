import { HubError } from "../../error.ts";
import { openXml, type OpenXml, type XmlElement } from "../../xml.ts";
import { forms } from "../forms.ts";
import { faultOf, type Text, type ValidationFault } from "./fault.ts";

/** KSeF's limits in bytes. Source: ksef-docs, faktury/weryfikacja-faktury.md, "Rozmiar pliku". */
const largest = { plain: 1_000_000, withAttachment: 3_000_000 };

/**
 * KSeF's rules for the file itself: size, UTF-8, XML without DOCTYPE and instructions, the root of FA (3).
 * What `judge` says of the document, or the one fault that leaves nothing to work on.
 */
export function withFile(
  bytes: Uint8Array,
  largestBytes: number = largest.withAttachment,
  judge: (file: OpenXml) => ValidationFault[],
): ValidationFault[] {
  if (bytes.byteLength > largestBytes) return [tooLarge(bytes.byteLength, largestBytes)];
  let file: OpenXml;
  try {
    file = openXml(bytes);
  } catch (error) {
    if (!(error instanceof HubError) || !error.code.startsWith("xml.")) throw error;
    return [unreadable(error)];
  }
  try {
    const fault = rootFault(file.root, bytes.byteLength, largestBytes);
    return fault === undefined ? judge(file) : [fault];
  } finally {
    file.document.dispose();
  }
}

function rootFault(root: XmlElement, size: number, largestBytes: number): ValidationFault | undefined {
  const form = root.name === "Faktura" ? forms[root.namespace]?.form : undefined;
  if (form?.systemCode !== "FA (3)") return anotherForm(root, form?.systemCode);
  const attached = root.children.some(({ name }) => name === "Zalacznik");
  const most = Math.min(largestBytes, attached ? largest.withAttachment : largest.plain);
  return size > most ? tooLarge(size, most) : undefined;
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

function unreadable(error: HubError): ValidationFault {
  const line = error.faults[0]?.line;
  const words = texts[error.code] ?? texts["xml.malformed"];
  if (words === undefined) throw error;
  const at = line === undefined ? { en: "", pl: "" } : { en: `Line ${line}: `, pl: `Wiersz ${line}: ` };
  const message = { en: at.en + words[0].en, pl: at.pl + words[0].pl };
  // libxml2's own sentence where it is the judge.
  const original = error.code === "xml.malformed" ? error.message.replace(/^Line \d+: /, "") : error.message;
  return faultOf(error.code, "error", message, words[1], { line, original });
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
