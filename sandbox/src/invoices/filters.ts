import * as z from "zod";
import { contextPatterns } from "../context.ts";
import { nipPattern } from "../nip.ts";
import { dateRange } from "./date-range.ts";
import { subjectTypes, type ReadableInvoice } from "./readable.ts";

/** `InvoiceQueryFilters` of the API. */
export type Filters = z.output<typeof invoiceFilters>;

/** `numer KSeF`, of 35 characters or of 36 as in KSeF 1.0. */
export const ksefNumberSchema = z
  .string()
  .regex(
    new RegExp(
      `${nipPattern.source.slice(0, -1)}-(20[2-9][0-9]|2[1-9]\\d{2}|[3-9]\\d{3})(0[1-9]|1[0-2])(0[1-9]|[12]\\d|3[01])-[0-9A-F]{6}-?[0-9A-F]{6}-[0-9A-F]{2}$`,
    ),
    "Nieprawidłowy numer KSeF.",
  );

export const invoiceFilters = z.object({
  subjectType: z.enum(subjectTypes),
  dateRange,
  ksefNumber: ksefNumberSchema.nullish(),
  invoiceNumber: z.string().max(256).nullish(),
  amount: z
    .object({
      type: z.enum(["Brutto", "Netto", "Vat"]),
      from: z.number().nullish(),
      to: z.number().nullish(),
    })
    .nullish(),
  sellerNip: z.string().regex(contextPatterns.Nip).nullish(),
  buyerIdentifier: z
    .object({ type: z.enum(["Nip", "VatUe", "Other", "None"]), value: z.string().max(50).nullish() })
    .nullish(),
  currencyCodes: z.array(z.string().regex(/^[A-Z]{3}$/)).nullish(),
  invoicingMode: z.enum(["Online", "Offline"]).nullish(),
  isSelfInvoicing: z.boolean().nullish(),
  formType: z.enum(["FA", "PEF", "FA_RR"]).nullish(),
  invoiceTypes: z
    .array(
      z.enum([
        "Vat",
        "Zal",
        "Kor",
        "Roz",
        "Upr",
        "KorZal",
        "KorRoz",
        "VatPef",
        "VatPefSp",
        "KorPef",
        "VatRr",
        "KorVatRr",
      ]),
    )
    .nullish(),
  hasAttachment: z.boolean().nullish(),
});

/** Whether the invoice is one that is asked for, whatever its dates and its reader. */
export function matches(filters: Filters, { invoice, accepted, content }: ReadableInvoice): boolean {
  const { buyer } = content;
  return (
    isAsked(filters.ksefNumber, accepted.ksefNumber) &&
    isAsked(filters.invoiceNumber, accepted.number) &&
    isAsked(filters.sellerNip, content.seller.nip) &&
    isAsked(filters.buyerIdentifier?.type, buyer.identifier.type) &&
    isAsked(filters.buyerIdentifier?.value, buyer.identifier.value) &&
    isAsked(filters.invoicingMode, invoice.mode) &&
    isAsked(filters.isSelfInvoicing, content.isSelfInvoicing) &&
    isAsked(filters.formType, content.form.value) &&
    isAsked(filters.hasAttachment, content.hasAttachment) &&
    isAmong(filters.currencyCodes, content.currency) &&
    isAmong(filters.invoiceTypes, content.invoiceType) &&
    isWithin(filters.amount, content)
  );
}

const isAsked = <T>(wanted: T | null | undefined, actual: T): boolean =>
  wanted === null || wanted === undefined || wanted === actual;

/** An empty list asks for nothing in particular. */
const isAmong = (wanted: string[] | null | undefined, actual: string): boolean =>
  !wanted || wanted.length === 0 || wanted.includes(actual);

function isWithin(
  amount: Filters["amount"],
  { grossAmount, netAmount, vatAmount }: ReadableInvoice["content"],
): boolean {
  if (!amount) return true;
  const actual = { Brutto: grossAmount, Netto: netAmount, Vat: vatAmount }[amount.type];
  return (amount.from ?? -Infinity) <= actual && actual <= (amount.to ?? Infinity);
}
