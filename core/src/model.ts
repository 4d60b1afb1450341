/*
 * The invoice, in plain English business terms. Every noun once:
 *
 * invoice          a document of sale under the Polish VAT act; its `kind` is one of the seven published codes
 * seller           the taxable person who sells and whose invoice it is
 * buyer            the one who buys; a company of any country, a consumer, a public body
 * third party      anybody else with a part in the sale, by role: factor, recipient, payer, additional buyer, ...
 * authorised party an authority, bailiff or tax representative that acts for the seller
 * line             one position: goods or a service, quantity, unit price, rate
 * rate             the VAT rate or class of a line, by its published code ("23", "0 WDT", "zw", ...)
 * totals           sums of net and VAT by rate
 * amount due       what the invoice comes to; of a correction the difference, of a settling invoice the rest
 * annotations      statements the VAT act requires (reverse charge, split payment, exemption, margin, ...)
 * correction       what a correcting invoice (KOR, KOR_ZAL, KOR_ROZ) corrects, and why
 * advance          a payment before the supply, documented by an advance invoice (ZAL)
 * order            the order or contract an advance is paid for
 * settling invoice the invoice after the supply that settles the advances (ROZ)
 * settlement       charges and deductions beside the sale, and what is to pay in the end
 * payment          what was paid, and when, how and to which account the rest is due
 * transaction      contracts, orders, delivery terms, transport
 * footer           free text and numbers in public registers
 * attachment       blocks of metadata, text and tables
 *
 * Amounts, quantities and rates of exchange are exact decimal strings. A field that can be derived (totals, VAT, amount
 * due, line numbers, ...) may be left out and is filled before the invoice is written. An absent flag, `false`, an
 * empty list and an empty object all mean the same: nothing is said. What this schema accepts, once filled, is a valid
 * document; whether it is a sensible one is judged by the rules.
 */
import * as z from "zod";
import { Annotations } from "./model/annotations.ts";
import { Attachment, Footer } from "./model/attachment.ts";
import { atMostOne } from "./model/choice.ts";
import { currency } from "./model/codes.ts";
import { AdvanceInvoice, AdvancePayment, Correction } from "./model/correction.ts";
import { Line, Order } from "./model/line.ts";
import { amount, quantity } from "./model/number.ts";
import { AuthorisedParty, Buyer, Seller, ThirdParty } from "./model/party.ts";
import { Payment } from "./model/payment.ts";
import { Settlement } from "./model/settlement.ts";
import { line } from "./model/text.ts";
import { date, instant } from "./model/time.ts";
import { Totals } from "./model/totals.ts";
import { Transaction } from "./model/transaction.ts";

/** VAT ordinary, KOR correction, ZAL advance, ROZ settling, UPR simplified, KOR_ZAL and KOR_ROZ their corrections. */
export const kinds = ["VAT", "KOR", "ZAL", "ROZ", "UPR", "KOR_ZAL", "KOR_ROZ"] as const;

export const Note = z
  .strictObject({
    line: z
      .int()
      .min(1)
      .max(99_999_999_999_999)
      .optional()
      .describe("The line it belongs to, by number; or all."),
    key: line(256).describe("What it is about."),
    value: line(256).describe("What is said."),
  })
  .describe("Something said beyond the fields of the invoice.");

export const Invoice = z
  .strictObject({
    kind: z
      .enum(kinds)
      .optional()
      .describe(
        "VAT ordinary invoice (when left out), KOR correction, ZAL advance, ROZ settling invoice after advances, " +
          "UPR simplified invoice, KOR_ZAL correction of an advance invoice, KOR_ROZ correction of a settling invoice.",
      ),
    number: line(256).describe("Number of the invoice, unique for the seller."),
    issueDate: date().describe("Issue date."),
    issuePlace: line(256).optional().describe("Place of issue."),
    createdAt: instant("2025-09-01T00:00:00Z")
      .optional()
      .describe("When the document was made; the present when left out."),
    software: line(256).optional().describe("Name of the system that made the invoice."),
    currency: currency().optional().describe('Currency of the amounts; "PLN" when left out.'),
    saleDate: date()
      .optional()
      .describe("Date of supply or of payment, when it is one for all lines and not the issue date."),
    salePeriod: z
      .strictObject({
        from: date().describe("First day."),
        to: date().describe("Last day."),
      })
      .optional()
      .describe("Period the invoice covers, for continuous supplies."),
    seller: Seller,
    buyer: Buyer,
    thirdParties: z.array(ThirdParty).max(100).optional().describe("Parties other than seller and buyer."),
    authorisedParty: AuthorisedParty.optional(),
    lines: z.array(Line).max(10_000).optional().describe("The positions; an advance invoice may have none."),
    totals: Totals.optional(),
    amountDue: amount()
      .optional()
      .describe(
        "Total with VAT. Advance: the payment; settling invoice: what is left to pay; correction: the difference.",
      ),
    advanceExchangeRate: quantity()
      .optional()
      .describe("Rate of exchange to PLN by which the VAT of an advance is computed."),
    annotations: Annotations.optional(),
    correction: Correction.optional(),
    advancePayments: z
      .array(AdvancePayment)
      .max(31)
      .optional()
      .describe("The payments, when the invoice documents more than one advance."),
    advanceInvoices: z
      .array(AdvanceInvoice)
      .max(100)
      .optional()
      .describe("Advance invoices that are settled."),
    order: Order.optional(),
    receiptSale: z
      .boolean()
      .optional()
      .describe("The sale was recorded on a cash register too (art. 109(3d) of the VAT act)."),
    relatedParties: z
      .boolean()
      .optional()
      .describe("Buyer and seller are related (TP of the Polish VAT ledger)."),
    exciseRefund: z.boolean().optional().describe("Diesel oil for which a farmer may claim excise back."),
    deliveryNotes: z
      .array(line(256))
      .max(1000)
      .optional()
      .describe("Numbers of warehouse delivery notes (WZ)."),
    notes: z.array(Note).max(10_000).optional().describe("Additional descriptions, as keys and values."),
    settlement: Settlement.optional(),
    payment: Payment.optional(),
    transaction: Transaction.optional(),
    footer: Footer.optional(),
    attachment: Attachment.optional(),
  })
  .refine(...atMostOne("saleDate", "salePeriod"))
  .describe("An invoice. At most one of: saleDate, salePeriod.");

export type Invoice = z.infer<typeof Invoice>;
export type Kind = (typeof kinds)[number];
export type Note = z.infer<typeof Note>;

export * from "./model/annotations.ts";
export * from "./model/attachment.ts";
export * from "./model/correction.ts";
export * from "./model/line.ts";
export * from "./model/party.ts";
export * from "./model/payment.ts";
export * from "./model/settlement.ts";
export * from "./model/totals.ts";
export * from "./model/transaction.ts";
