import type { Invoice } from "../model.ts";

/**
 * The day whose preceding table A rate converts the VAT of something into PLN; undefined where it is not certain.
 * Art. 31a of the VAT act: the rate is that of the last working day before the tax duty arises, or before the issue
 * date when the invoice comes first. So it is the earlier of the issue date and
 *
 * - the date of supply: of the line, else of the invoice, else the last day of its period (art. 19a(1) and (3));
 * - of an advance, the date of the payment (art. 19a(8)), which such an invoice has as its sale date;
 * - under cash accounting, the date of payment (art. 21(1)); of payments in parts it is not certain.
 *
 * A correction takes the rate of what it corrects (art. 31b(1)), found in the same way from the issue date of the
 * corrected invoice, as the sale date is that of the original. A collective correction for a discount takes
 * the rate before its own issue date, which art. 31b(2) allows. Other corrections of several invoices are not certain.
 *
 * Sellers may have chosen other rates (of the European Central Bank, or those of income tax, art. 31a(2a) to (2d)):
 * they give them.
 */
export function conversionDay(invoice: Invoice, eventDate?: string): string | undefined {
  if (invoice.correction?.period !== undefined) return invoice.issueDate;
  const issued = issueDate(invoice);
  if (issued === undefined) return undefined;
  const { annotations, payment, kind } = invoice;
  if (annotations?.cashAccounting !== true || kind === "ZAL" || kind === "KOR_ZAL")
    return earlier(eventDate ?? invoice.saleDate ?? invoice.salePeriod?.to, issued);
  return payment?.partPayments === undefined ? earlier(payment?.paidOn, issued) : undefined;
}

function issueDate({ kind, correction, issueDate: own }: Invoice): string | undefined {
  if (kind !== "KOR" && kind !== "KOR_ZAL" && kind !== "KOR_ROZ") return own;
  const [corrected, ...others] = correction?.correctedInvoices ?? [];
  return others.length === 0 ? corrected?.issueDate : undefined;
}

function earlier(date: string | undefined, issued: string): string {
  return date !== undefined && date < issued ? date : issued;
}
