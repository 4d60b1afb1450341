import type { Accepted, ContextIdentifier, Invoice } from "../state.ts";
import type { Collection } from "../store.ts";
import type { InvoiceContent } from "./content.ts";

/** An accepted invoice with everything its readers may know of it. */
export interface ReadableInvoice {
  invoice: Invoice;
  accepted: Accepted;
  content: InvoiceContent;
}

export const subjectTypes = ["Subject1", "Subject2", "Subject3", "SubjectAuthorized"] as const;
export type SubjectType = (typeof subjectTypes)[number];

/** Accepted invoices by who may read them, in the order they came. */
export type ReadableInvoices = (subjectType: SubjectType, context: ContextIdentifier) => ReadableInvoice[];

/** Derived from what is stored: it catches up whenever it is asked, and starts anew when the invoices were erased. */
export function openReadable(
  invoices: Collection<Invoice>,
  contents: Collection<InvoiceContent>,
): ReadableInvoices {
  let known = 0;
  let last: Invoice | undefined;
  let byReader = new Map<string, ReadableInvoice[]>();
  return (subjectType, context) => {
    const all = invoices.values();
    if (all[known - 1] !== last) [known, byReader] = [0, new Map()];
    for (const invoice of all.slice(known)) {
      const { accepted } = invoice;
      const content = accepted && contents.get(accepted.ksefNumber);
      if (accepted === undefined || content === undefined) continue;
      for (const reader of readers(content)) {
        const theirs = byReader.get(reader);
        if (theirs === undefined) byReader.set(reader, [{ invoice, accepted, content }]);
        else theirs.push({ invoice, accepted, content });
      }
    }
    [known, last] = [all.length, all.at(-1)];
    return byReader.get(readerKey(subjectType, context)) ?? [];
  };
}

/** Whether whoever acts in this context may read the invoice. */
export function mayRead(content: InvoiceContent, context: ContextIdentifier): boolean {
  const keys = readers(content);
  return subjectTypes.some((subjectType) => keys.has(readerKey(subjectType, context)));
}

/**
 * A company of the European Union reads, as the buyer, what the Polish company of its context sold to it. A unit with an
 * internal identifier is a third subject only (ksef-api issue 683).
 */
function readers({ seller, buyer, thirdSubjects, authorizedSubject }: InvoiceContent): Set<string> {
  const { type, value } = buyer.identifier;
  const keys = [
    readerKey("Subject1", { type: "Nip", value: seller.nip }),
    type === "VatUe"
      ? readerKey("Subject2", { type: "NipVatUe", value: `${seller.nip}-${value}` })
      : readerKey("Subject2", { type, value }),
    ...thirdSubjects.map(({ identifier }) => readerKey("Subject3", identifier)),
  ];
  if (authorizedSubject !== undefined)
    keys.push(readerKey("SubjectAuthorized", { type: "Nip", value: authorizedSubject.nip }));
  return new Set(keys);
}

function readerKey(
  subjectType: SubjectType,
  { type, value }: { type: string; value?: string | undefined },
): string {
  return `${subjectType} ${type} ${value}`;
}
