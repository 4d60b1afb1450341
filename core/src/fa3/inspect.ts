import { HubError } from "../error.ts";
import { parseXml, textAt, type XmlElement } from "../xml.ts";
import { forms, type Form } from "./forms.ts";

/** What the hub needs to know of an invoice: who issued it, what KSeF calls it, what a person calls it. */
export interface InvoiceHeader {
  form: Form;
  /** Podmiot1/NIP: ten digits. */
  sellerNip: string;
  /** RodzajFaktury: VAT, KOR, ZAL, ROZ, UPR, KOR_ZAL, KOR_ROZ. */
  kind: string;
  /** P_2. With the seller's NIP and the kind it identifies the invoice in all of KSeF. */
  number: string;
  /** P_1, `YYYY-MM-DD`. */
  issueDate: string;
  /** KodWaluty. */
  currency: string;
  /** P_15, the amount due, as written. */
  gross: string;
  /** It has a Zalacznik: KSeF takes it in a batch only. */
  attachment: boolean;
}

const places = {
  sellerNip: "Podmiot1/DaneIdentyfikacyjne/NIP",
  kind: "Fa/RodzajFaktury",
  number: "Fa/P_2",
  issueDate: "Fa/P_1",
  currency: "Fa/KodWaluty",
  gross: "Fa/P_15",
};

/** The header, after KSeF's rules for the file. Throws `xml.*`, `fa3.form`, or `fa3.schema` when a part is missing. */
export function inspectInvoice(bytes: Uint8Array): InvoiceHeader {
  return headerOf(parseXml(bytes));
}

/** The same of a document parsed already. */
export function headerOf(root: XmlElement): InvoiceHeader {
  return header(formOf(root), root);
}

function formOf(root: XmlElement): Form {
  const known = forms[root.namespace];
  if (root.name !== "Faktura" || known === undefined)
    throw new HubError(
      "fa3.form",
      `The root is <${root.name}> of "${root.namespace}", not an FA (3) invoice.`,
    );
  return known.form;
}

function header(form: Form, root: XmlElement): InvoiceHeader {
  const read = (place: string): string => {
    const text = textAt(root, place);
    if (text) return text;
    const fault = { code: "fa3.schema", path: `/Faktura/${place}`, message: `${place} is missing or empty.` };
    throw new HubError("fa3.schema", fault.message, { faults: [fault] });
  };
  return {
    form,
    sellerNip: read(places.sellerNip),
    kind: read(places.kind),
    number: read(places.number),
    issueDate: read(places.issueDate),
    currency: read(places.currency),
    gross: read(places.gross),
    attachment: root.children.some(({ name }) => name === "Zalacznik"),
  };
}
