import type { Invoice } from "../model.ts";
import { sum, written } from "./decimal.ts";
import { saysNothing } from "./totals.ts";

/** The amount due of an advance invoice and of its correction is what its payments come to. */
export function amountOfPayments({ kind, advancePayments = [] }: Invoice): string | undefined {
  if ((kind !== "ZAL" && kind !== "KOR_ZAL") || advancePayments.length === 0) return undefined;
  return written(sum(advancePayments.map(({ amount }) => amount)));
}

/**
 * The amount due is the net sums and their VAT, whatever the kind: the totals of an advance are of the payment, those
 * of a settling invoice of what is left to pay, those of a correction are differences.
 */
export function amountOfTotals(invoice: Invoice): string | undefined {
  const { totals } = invoice;
  if (totals === undefined || saysNothing(totals)) return correctsOnlyData(invoice) ? "0.00" : undefined;
  // The VAT of other member states may be left out, and the sum is not known then.
  if (totals.oss !== undefined && totals.oss.vat === undefined) return undefined;
  const parts = Object.values(totals).flatMap((value) => {
    if (value === undefined) return [];
    return typeof value === "string" ? [value] : [value.net, value.vat ?? "0"];
  });
  return written(sum(parts));
}

/**
 * A correction of somebody's data or of the number changes no amount. It is one when it says so and has neither lines
 * nor totals; anything else without amounts lacks something.
 */
function correctsOnlyData({ kind, lines = [], correction }: Invoice): boolean {
  if (kind !== "KOR" || lines.length > 0 || correction === undefined) return false;
  const { previousSeller, previousBuyers = [], correctNumber, period } = correction;
  const data = previousSeller !== undefined || previousBuyers.length > 0 || correctNumber !== undefined;
  return data && period === undefined;
}
