import { Big } from "big.js";
import type { Line } from "../model.ts";
import { written } from "./decimal.ts";
import { fill } from "./fill.ts";
import { numbered } from "./numbers.ts";

/**
 * Numbers and values of the lines. A value is (unit price - unit discount) x quantity, rounded once.
 *
 * A line with a net unit price is priced net, even if it shows a gross price too: the discount is on the net price
 * then. Its gross value is not filled, nor is the net value of a line priced gross: the law derives them from sums by
 * rate (art. 106e(7) and (8) of the VAT act), and from single lines they would come out some grosze differently.
 * The VAT of a line is not filled either, because showing it is a choice of the seller (art. 106e(10)).
 */
export function completeLines(lines: Line[]): Line[] {
  return numbered(lines).map((line) =>
    fill(line, {
      netAmount: value(line, line.unitNetPrice),
      grossAmount: line.unitNetPrice === undefined ? value(line, line.unitGrossPrice) : undefined,
    }),
  );
}

/** Without a quantity there is nothing to multiply: "1" would be a guess. */
function value({ quantity, unitDiscount = "0" }: Line, price: string | undefined): string | undefined {
  if (price === undefined || quantity === undefined) return undefined;
  return written(new Big(price).minus(unitDiscount).times(quantity));
}
