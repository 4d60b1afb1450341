import * as z from "zod";
import { atMostOne } from "./choice.ts";
import { amount } from "./number.ts";
import { line } from "./text.ts";

export const Adjustment = z
  .strictObject({
    amount: amount().describe("Amount."),
    reason: line(256).describe("What for."),
  })
  .describe("Something added to the amount due or taken from it.");

export const Settlement = z
  .strictObject({
    charges: z
      .array(Adjustment)
      .max(100)
      .optional()
      .describe("Added to the amount due, such as a bottle deposit."),
    chargesTotal: amount().optional().describe("Sum of the charges; computed when left out."),
    deductions: z.array(Adjustment).max(100).optional().describe("Taken from the amount due."),
    deductionsTotal: amount().optional().describe("Sum of the deductions; computed when left out."),
    toPay: amount().optional().describe("Amount due plus charges minus deductions; computed when left out."),
    overpaid: amount().optional().describe("Amount overpaid, to be settled or returned."),
  })
  .refine(...atMostOne("toPay", "overpaid"))
  .describe("Charges and deductions beside the sale. At most one of: toPay, overpaid.");

export type Adjustment = z.infer<typeof Adjustment>;
export type Settlement = z.infer<typeof Settlement>;
