import * as z from "zod";
import { exactlyOne } from "./choice.ts";
import { amount, quantity } from "./number.ts";
import { PreviousBuyer, PreviousSeller } from "./party.ts";
import { line, pattern } from "./text.ts";
import { date } from "./time.ts";
import { sentence } from "./sentence.ts";

const ksefNumber = () =>
  pattern(
    /^([1-9]((\d[1-9])|([1-9]\d))\d{7}|M\d{9}|[A-Z]{3}\d{7})-(20[2-9][0-9]|2[1-9][0-9]{2}|[3-9][0-9]{3})(0[1-9]|1[0-2])(0[1-9]|[1-2][0-9]|3[0-1])-([0-9A-F]{6})-?([0-9A-F]{6})-([0-9A-F]{2})$/,
    sentence(
      'A KSeF number looks like "9999999999-20260215-0123456789AB-CD".',
      'Numer KSeF wygląda tak: "9999999999-20260215-0123456789AB-CD".',
    ),
  ).optional();

export const CorrectedInvoice = z
  .strictObject({
    issueDate: date().describe("Issue date of the corrected invoice."),
    number: line(256).describe("Number of the corrected invoice."),
    ksefNumber: ksefNumber().describe("KSeF number of the corrected invoice."),
    outsideKsef: z.literal(true).optional().describe("The corrected invoice was issued outside KSeF."),
  })
  .refine(...exactlyOne("ksefNumber", "outsideKsef"))
  .describe("An invoice that is corrected, with exactly one of: ksefNumber, outsideKsef.");

export const Correction = z
  .strictObject({
    reason: line(256).optional().describe("Why the invoice is corrected."),
    effect: z
      .enum(["original-date", "correction-date", "other-date"])
      .optional()
      .describe(
        "When the correction takes effect in the VAT ledger: date of the original, of the correction, another.",
      ),
    correctedInvoices: z
      .array(CorrectedInvoice)
      .min(1)
      .max(50_000)
      .describe("The corrected invoices; several in a collective correction."),
    period: line(256)
      .optional()
      .describe("Period a discount relates to, in a collective correction (art. 106j(3) of the VAT act)."),
    correctNumber: line(256)
      .optional()
      .describe("The right number of the corrected invoice, when the number is what is corrected."),
    previousSeller: PreviousSeller.optional(),
    previousBuyers: z
      .array(PreviousBuyer)
      .max(101)
      .optional()
      .describe(
        "Buyer and additional buyers as the corrected invoice has them, when their data is corrected.",
      ),
    before: z
      .strictObject({
        amountDue: amount().describe("Amount paid, or left to pay, before the correction."),
        exchangeRate: quantity().optional().describe("Rate of exchange to PLN used before the correction."),
      })
      .optional()
      .describe("State before the correction of an advance invoice or a settling invoice."),
  })
  .describe("What a correcting invoice corrects and why.");

export const AdvanceInvoice = z
  .strictObject({
    ksefNumber: ksefNumber().describe("KSeF number of the advance invoice."),
    number: line(256).optional().describe("Number of an advance invoice issued outside KSeF."),
  })
  .refine(...exactlyOne("ksefNumber", "number"))
  .describe("An advance invoice that is settled, with exactly one of: ksefNumber, number (outside KSeF).");

export const AdvancePayment = z
  .strictObject({
    date: date().describe("Day the payment was received."),
    amount: amount().describe(
      "Amount of the payment, a part of the amount due; on a correction: the difference.",
    ),
    exchangeRate: quantity().optional().describe("Rate of exchange to PLN by which its VAT is computed."),
  })
  .describe("One of several payments an advance invoice documents.");

export type CorrectedInvoice = z.infer<typeof CorrectedInvoice>;
export type Correction = z.infer<typeof Correction>;
export type AdvanceInvoice = z.infer<typeof AdvanceInvoice>;
export type AdvancePayment = z.infer<typeof AdvancePayment>;
