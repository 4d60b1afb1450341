import { isoTime } from "../iso.ts";
import type { ReadableInvoice } from "./readable.ts";

/** `InvoiceMetadata` of the API. Source: ksef-docs, pobieranie-faktur/pobieranie-faktur.md. */
export function invoiceMetadata({ invoice, accepted, content }: ReadableInvoice): Record<string, unknown> {
  const { form, authorizedSubject, ...rest } = content;
  return {
    ksefNumber: accepted.ksefNumber,
    invoiceNumber: accepted.number,
    issueDate: accepted.issueDate,
    invoicingDate: isoTime(invoice.postedAt),
    acquisitionDate: isoTime(invoice.finalAt),
    permanentStorageDate: isoTime(invoice.storedAt),
    ...rest,
    invoicingMode: invoice.mode,
    formCode: form,
    invoiceHash: invoice.sha256,
    ...(invoice.correctedSha256 !== undefined && { hashOfCorrectedInvoice: invoice.correctedSha256 }),
    ...(authorizedSubject && { authorizedSubject }),
  };
}
