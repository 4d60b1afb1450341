import * as z from "zod";
import { amount } from "./number.ts";

const taxed = (rate: string) =>
  z
    .strictObject({
      net: amount().describe("Sum of net sales."),
      vat: amount().describe("VAT on that sum, in the currency of the invoice."),
      vatInPln: amount().optional().describe("VAT on that sum in PLN, on an invoice in a foreign currency."),
    })
    .optional()
    .describe(`Sales at ${rate}.`);

const untaxed = (what: string) => amount().optional().describe(`Sum of ${what}.`);

export const Totals = z
  .strictObject({
    standard: taxed("the standard rate (23 or 22 %)"),
    reduced: taxed("the first reduced rate (8 or 7 %)"),
    superReduced: taxed("the second reduced rate (5 %)"),
    taxi: taxed("the flat rate for taxis (4 or 3 %)"),
    oss: z
      .strictObject({
        net: amount().describe("Sum of net sales."),
        vat: amount().optional().describe("VAT of the other member states on that sum."),
      })
      .optional()
      .describe("Sales in the One Stop Shop."),
    zeroDomestic: untaxed("domestic sales at 0 % (rate 0 KR)"),
    zeroIntraEu: untaxed("intra-EU supplies of goods at 0 % (rate 0 WDT)"),
    zeroExport: untaxed("exports at 0 % (rate 0 EX)"),
    exempt: untaxed("sales exempt from VAT (rate zw)"),
    outsidePoland: untaxed("sales taxable outside Poland (rate np I)"),
    euServices: untaxed("services to the EU under art. 100(1)(4) of the VAT act (rate np II)"),
    reverseCharge: untaxed("domestic sales with reverse charge (rate oo)"),
    margin: untaxed("sales under a margin scheme"),
  })
  .describe("Sums by VAT rate. On an advance invoice: of the advance; on a correction: the differences.");

export type Totals = z.infer<typeof Totals>;
