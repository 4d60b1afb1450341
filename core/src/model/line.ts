import * as z from "zod";
import { amount, percentage, price, quantity } from "./number.ts";
import { date } from "./time.ts";
import { line } from "./text.ts";

/** VAT rates and classes, as published: percentages, three kinds of zero, exempt, reverse charge, not taxable. */
export const rates = [
  "23",
  "22",
  "8",
  "7",
  "5",
  "4",
  "3",
  "0 KR",
  "0 WDT",
  "0 EX",
  "zw",
  "oo",
  "np I",
  "np II",
] as const;

const goodsAndServicesGroups = [
  "GTU_01",
  "GTU_02",
  "GTU_03",
  "GTU_04",
  "GTU_05",
  "GTU_06",
  "GTU_07",
  "GTU_08",
  "GTU_09",
  "GTU_10",
  "GTU_11",
  "GTU_12",
  "GTU_13",
] as const;

const orderProcedures = ["WSTO_EE", "IED", "TT_D", "B_SPV", "B_SPV_DOSTAWA", "B_MPV_PROWIZJA"] as const;
const procedures = [...orderProcedures, "I_42", "I_63"] as const;

const lineNumber = () =>
  z
    .int()
    .min(1)
    .max(99_999_999_999_999)
    .optional()
    .describe("Line number from 1; given by position when left out.");

/** What a line of an invoice and a line of an order have in common. */
const item = {
  id: line(50).optional().describe("Universal unique identifier of the line."),
  name: line(512)
    .optional()
    .describe("Name of the goods or service; may be missing only in a collective correction."),
  code: line(50).optional().describe("The seller's own code of the goods or service, or more description."),
  gtin: line(20).optional().describe("Global Trade Item Number (GS1)."),
  pkwiu: line(50).optional().describe("Polish Classification of Goods and Services (PKWiU)."),
  cn: line(50).optional().describe("Combined Nomenclature code (CN)."),
  pkob: line(50).optional().describe("Polish Classification of Types of Construction (PKOB)."),
  unit: line(256).optional().describe('Unit of measure, such as "szt." or "godz.".'),
  quantity: quantity().optional().describe("Quantity, a decimal string."),
  unitNetPrice: price().optional().describe("Unit price without VAT, a decimal string."),
  netAmount: amount().optional().describe("Value without VAT; computed when left out."),
  vatAmount: amount().optional().describe("VAT of the line."),
  rate: z
    .enum(rates)
    .optional()
    .describe(
      "VAT rate or class: 23 22 8 7 5 4 3 in percent; 0 KR domestic zero, 0 WDT intra-EU supply, 0 EX export; " +
        "zw exempt; oo reverse charge; np I outside Poland; np II services to the EU under art. 100(1)(4).",
    ),
  ossRate: percentage().optional().describe("Rate of another member state in the One Stop Shop, in percent."),
  annex15: z
    .boolean()
    .optional()
    .describe("The goods or service are in Annex 15 of the VAT act (compulsory split payment)."),
  excise: amount().optional().describe("Excise duty contained in the price."),
  group: z
    .enum(goodsAndServicesGroups)
    .optional()
    .describe("Group of goods or services of the Polish VAT ledger (GTU)."),
  beforeCorrection: z
    .boolean()
    .optional()
    .describe("The line shows the state before a correction; the state after it is a line of its own."),
};

export const Line = z
  .strictObject({
    ...item,
    number: lineNumber(),
    saleDate: date().optional().describe("Date of supply or of payment, when it differs from line to line."),
    unitGrossPrice: price()
      .optional()
      .describe("Unit price with VAT, when the invoice is computed from gross."),
    unitDiscount: price()
      .optional()
      .describe(
        "Discount on one unit, not yet contained in the unit price: 20 pieces at 1000 with 100 off make 18000.",
      ),
    grossAmount: amount().optional().describe("Value with VAT, when the invoice is computed from gross."),
    procedure: z
      .enum(procedures)
      .optional()
      .describe("Special procedure of the Polish VAT ledger, by its published code."),
    exchangeRate: quantity()
      .optional()
      .describe("Rate of exchange to PLN by which the VAT of the line is computed."),
  })
  .describe("One position of an invoice.");

export const OrderLine = z
  .strictObject({
    ...item,
    number: lineNumber(),
    procedure: z
      .enum(orderProcedures)
      .optional()
      .describe("Special procedure of the Polish VAT ledger, by its published code."),
  })
  .describe("One position of an order or contract.");

export const Order = z
  .strictObject({
    grossTotal: amount().optional().describe("Value of the order with VAT; computed when left out."),
    lines: z
      .array(OrderLine)
      .min(1)
      .max(10_000)
      .describe("Positions of the order, in the currency of the invoice."),
  })
  .describe("The order or contract an advance is paid for.");

export type Rate = (typeof rates)[number];
export type Line = z.infer<typeof Line>;
export type OrderLine = z.infer<typeof OrderLine>;
export type Order = z.infer<typeof Order>;
