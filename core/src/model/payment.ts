import * as z from "zod";
import { atMostOne } from "./choice.ts";
import { amount } from "./number.ts";
import { line, paragraph, pattern } from "./text.ts";
import { paymentDate } from "./time.ts";
import { sentence } from "./sentence.ts";

const form = () =>
  z
    .enum(["cash", "card", "voucher", "cheque", "credit", "transfer", "mobile"])
    .optional()
    .describe("Form of payment.");
const otherForm = () =>
  line(256).optional().describe("Form of payment in words, when none of the list fits.");

export const PartPayment = z
  .strictObject({
    amount: amount().describe("Amount paid."),
    date: paymentDate().describe("Day it was paid."),
    form: form(),
    otherForm: otherForm(),
  })
  .refine(...atMostOne("form", "otherForm"))
  .describe("One of several payments.");

export const PartPayments = z
  .strictObject({
    complete: z.boolean().optional().describe("With the last of these the invoice is paid in full."),
    payments: z.array(PartPayment).min(1).max(100).describe("The payments made so far."),
  })
  .describe("Payments in parts.");

export const PaymentTerm = z
  .strictObject({
    date: paymentDate().optional().describe("Due date."),
    description: z
      .strictObject({
        count: z.int().describe('How many units, such as the 14 of "14 days".'),
        unit: line(50).describe('Unit of time, such as "dni".'),
        event: line(256).describe("What the time is counted from, such as the delivery."),
      })
      .optional()
      .describe("The term in words, counted from an event."),
  })
  .describe("When the invoice is due.");

export const BankAccount = z
  .strictObject({
    number: paragraph(34, 10).describe("Full account number: IBAN, or 26 digits in Poland."),
    swift: pattern(
      /^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$/,
      sentence("A SWIFT code has 8 or 11 characters.", "Kod SWIFT ma 8 albo 11 znaków."),
    )
      .optional()
      .describe("SWIFT (BIC) code."),
    ownAccountOfBank: z
      .enum(["receivables-purchase", "collection", "own-business"])
      .optional()
      .describe(
        "The account is the bank's own: for buying receivables, for collecting from buyers on behalf of sellers, " +
          "or for its own business.",
      ),
    bankName: line(256).optional().describe("Name of the bank."),
    description: line(256).optional().describe("Description of the account."),
  })
  .describe("A bank account.");

export const Payment = z
  .strictObject({
    paidOn: paymentDate().optional().describe("The invoice was paid in full, on this day."),
    partPayments: PartPayments.optional(),
    terms: z.array(PaymentTerm).max(100).optional().describe("Due dates."),
    form: form(),
    otherForm: otherForm(),
    bankAccounts: z.array(BankAccount).max(100).optional().describe("Accounts to pay to."),
    factorAccounts: z.array(BankAccount).max(20).optional().describe("Accounts of the factor to pay to."),
    earlyPaymentDiscount: z
      .strictObject({
        conditions: line(256).describe("What the buyer must do to have it."),
        discount: line(256).describe('How large it is, such as "2 %".'),
      })
      .optional()
      .describe("Discount for early payment (skonto)."),
    link: line(512)
      .regex(
        /^https?:\/\/([a-zA-Z0-9][a-zA-Z0-9-]*\.)+[a-zA-Z]{2,}(:[0-9]{1,5})?(\/[^\s?#]*)?\?([^#\s]*&)?IPKSeF=[0-9]{3}[a-zA-Z0-9]{10}(&[^#\s]*)?(#.*)?$/,
        sentence(
          "A payment link is an http(s) address with the parameter IPKSeF.",
          "Link do płatności to adres http(s) z parametrem IPKSeF.",
        ),
      )
      .optional()
      .describe(
        "Link for paying without cash; contains the KSeF payment identifier as the parameter IPKSeF.",
      ),
    ksefPaymentId: pattern(
      /^[0-9]{3}[a-zA-Z0-9]{10}$/,
      sentence(
        "A KSeF payment identifier: 3 digits, then 10 letters or digits.",
        "Identyfikator płatności KSeF to 3 cyfry, a po nich 10 liter lub cyfr.",
      ),
    )
      .optional()
      .describe("KSeF payment identifier (IPKSeF)."),
  })
  .refine(...atMostOne("paidOn", "partPayments"))
  .refine(...atMostOne("form", "otherForm"))
  .describe("What was paid, when and how the rest is due. At most one of: paidOn, partPayments.");

export type PartPayment = z.infer<typeof PartPayment>;
export type PartPayments = z.infer<typeof PartPayments>;
export type PaymentTerm = z.infer<typeof PaymentTerm>;
export type BankAccount = z.infer<typeof BankAccount>;
export type Payment = z.infer<typeof Payment>;
