import { elementAt, forms, textAt, type Form, type XmlElement } from "@ksef-hub/core/fa3";
import { amountsOf, type Amounts } from "./amounts.ts";

/** How an invoice names a party. A VAT number of the European Union has its country in front. */
export interface PartyIdentifier {
  type: "Nip" | "InternalId" | "VatUe" | "Other" | "None";
  value?: string;
}

/** What KSeF shows of an invoice without giving out the document, as far as the document says it. */
export interface InvoiceContent extends Amounts {
  form: Form;
  invoiceType: string;
  currency: string;
  isSelfInvoicing: boolean;
  hasAttachment: boolean;
  seller: { nip: string; name?: string };
  buyer: { identifier: PartyIdentifier; name?: string };
  /** Role 0 is another one than those of the list. */
  thirdSubjects: { identifier: PartyIdentifier; name?: string; role: number }[];
  authorizedSubject?: { nip: string; name?: string; role: number };
}

/** Reads a document that met its schema, FA (2) or FA (3). */
export function contentOf(root: XmlElement): InvoiceContent {
  const authorized = elementAt(root, "PodmiotUpowazniony");
  const currency = textAt(root, "Fa/KodWaluty") ?? "";
  return {
    form: forms[root.namespace]!.form,
    invoiceType: invoiceType(textAt(root, "Fa/RodzajFaktury") ?? ""),
    currency,
    ...amountsOf(root, currency),
    isSelfInvoicing: textAt(root, "Fa/Adnotacje/P_17") === "1",
    hasAttachment: elementAt(root, "Zalacznik") !== undefined,
    seller: company(elementAt(root, "Podmiot1")),
    buyer: party(elementAt(root, "Podmiot2")),
    thirdSubjects: root.children
      .filter(({ name }) => name === "Podmiot3")
      .map((subject) => ({ ...party(subject), role: Number(textAt(subject, "Rola") ?? 0) })),
    ...(authorized && {
      authorizedSubject: { ...company(authorized), role: Number(textAt(authorized, "RolaPU")) },
    }),
  };
}

/** `KOR_ZAL` is `KorZal` in the API. */
function invoiceType(kind: string): string {
  return kind
    .split("_")
    .map((word) => word.slice(0, 1) + word.slice(1).toLowerCase())
    .join("");
}

function company(element: XmlElement | undefined): { nip: string; name?: string } {
  return { nip: identifying(element, "NIP") ?? "", ...nameOf(element) };
}

function party(element: XmlElement | undefined): { identifier: PartyIdentifier; name?: string } {
  return { identifier: identifierOf(element), ...nameOf(element) };
}

function identifierOf(element: XmlElement | undefined): PartyIdentifier {
  const nip = identifying(element, "NIP");
  if (nip !== undefined) return { type: "Nip", value: nip };
  const internalId = identifying(element, "IDWew");
  if (internalId !== undefined) return { type: "InternalId", value: internalId };
  const vatUe = identifying(element, "NrVatUE");
  if (vatUe !== undefined) return { type: "VatUe", value: `${identifying(element, "KodUE")}${vatUe}` };
  const other = identifying(element, "NrID");
  return other === undefined ? { type: "None" } : { type: "Other", value: other };
}

function nameOf(element: XmlElement | undefined): { name?: string } {
  const name = identifying(element, "Nazwa");
  return name === undefined ? {} : { name };
}

const identifying = (element: XmlElement | undefined, name: string): string | undefined =>
  element && textAt(element, `DaneIdentyfikacyjne/${name}`);
