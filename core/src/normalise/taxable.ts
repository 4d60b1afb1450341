import { Big } from "big.js";
import type { Line } from "../model.ts";
import { rounded, sum, vatOn, vatWithin } from "./decimal.ts";
import { taxClass, type TaxClass } from "./tax-class.ts";

/** What a line contributes to the totals. */
export interface Taxable extends TaxClass {
  /** Net or gross, as the line is priced; positive also on a line that shows the state before a correction. */
  amount: Big;
  gross: boolean;
  /** 1, or -1 on a line that shows the state before a correction. */
  sign: 1 | -1;
  vat: string | undefined;
}

/** Undefined where the line lacks its class or its value. Expects a completed line. */
export function taxable(line: Line, marginScheme: boolean): Taxable | undefined {
  const known = taxClass(line, marginScheme);
  const value = known && valueOf(line, known.group === "margin");
  if (known === undefined || value === undefined) return undefined;
  return { ...known, ...value, sign: line.beforeCorrection === true ? -1 : 1, vat: line.vatAmount };
}

/**
 * A line that shows both values counts by the one it is priced in. Under a margin scheme only the price with everything
 * in it says what the line comes to.
 */
function valueOf(line: Line, margin: boolean): { amount: Big; gross: boolean } | undefined {
  const { netAmount, grossAmount } = line;
  const pricedGross = line.unitNetPrice === undefined && line.unitGrossPrice !== undefined;
  if (grossAmount !== undefined && (margin || pricedGross || netAmount === undefined))
    return { amount: new Big(grossAmount), gross: true };
  return margin || netAmount === undefined ? undefined : { amount: new Big(netAmount), gross: false };
}

/**
 * Net and VAT of lines of one class. VAT is computed on the sum, not summed over lines: on net values
 * (art. 106e(1)(13) and (14) of the VAT act) or within gross ones (art. 106e(7) and (8)). Lines that all give their
 * VAT have chosen the other way the act allows, the sum of the VAT of the lines (art. 106e(10)).
 */
export function netAndVat(lines: Taxable[]): { net: Big; vat: Big } {
  const pricedNet = lines.filter(({ gross }) => !gross);
  const pricedGross = lines.filter(({ gross }) => gross);
  const vatOfGross = vatOfSum(pricedGross);
  return {
    net: sum(lines.map(signed)).minus(vatOfGross),
    vat: vatOfSum(pricedNet).plus(vatOfGross),
  };
}

/** VAT of a single line, not rounded, unless the line gives it. */
export function exactVat({ amount, gross, percent, sign, vat }: Taxable): Big {
  const exact = gross ? vatWithin(amount, percent) : vatOn(amount, percent);
  return (vat === undefined ? exact : new Big(vat)).times(sign);
}

/**
 * On a correction the difference between the VAT after and before, each rounded by itself: the corrected invoice
 * showed a rounded VAT, and so does the corrected state. Without lines of the state before, this is VAT on the sum.
 */
function vatOfSum(lines: Taxable[]): Big {
  if (lines.every(({ vat }) => vat !== undefined)) return sum(lines.map(exactVat));
  const stateVat = (sign: 1 | -1) =>
    rounded(
      sum(lines.filter((line) => line.sign === sign).map((line) => exactVat({ ...line, vat: undefined }))),
    );
  return stateVat(1).plus(stateVat(-1));
}

function signed({ amount, sign }: Taxable): Big {
  return amount.times(sign);
}
