import { Big } from "big.js";
import type { Adjustment, Settlement } from "../model.ts";
import { sum, written } from "./decimal.ts";
import { fill } from "./fill.ts";

/**
 * Sums of the charges and deductions, and what is to pay in the end. A negative result is left out: whether it is to
 * be returned or credited is for the seller to say (`overpaid`).
 */
export function completeSettlement(settlement: Settlement, amountDue: string | undefined): Settlement {
  const summed = fill(settlement, {
    chargesTotal: total(settlement.charges),
    deductionsTotal: total(settlement.deductions),
  });
  const { chargesTotal, deductionsTotal, overpaid } = summed;
  if (amountDue === undefined || overpaid !== undefined) return summed;
  if (chargesTotal === undefined && deductionsTotal === undefined) return summed;
  const toPay = new Big(amountDue).plus(chargesTotal ?? "0").minus(deductionsTotal ?? "0");
  return toPay.lt(0) ? summed : fill(summed, { toPay: written(toPay) });
}

function total(adjustments: Adjustment[] = []): string | undefined {
  return adjustments.length === 0 ? undefined : written(sum(adjustments.map(({ amount }) => amount)));
}
