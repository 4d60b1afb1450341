import { Big } from "big.js";

/*
 * Exact decimals. Nothing is rounded on the way: once, at the end, to two places, half up and away from zero
 * (art. 106e(11) of the VAT act: below half a grosz down, from half a grosz up).
 */

/** To two places, as money is written on an invoice. */
export function rounded(value: Big): Big {
  return value.round(2, Big.roundHalfUp);
}

/** Money as the model writes it: "1234.50", "0.00". */
export function written(value: Big): string {
  return rounded(value).toFixed(2);
}

export function sum(values: Iterable<Big | string>): Big {
  let total = new Big(0);
  for (const value of values) total = total.plus(value);
  return total;
}

/** VAT on a net amount, not rounded. */
export function vatOn(net: Big, percent: string): Big {
  return net.times(percent).div(100);
}

/** VAT contained in a gross amount ("in hundred"), not rounded: gross x rate / (100 + rate). */
export function vatWithin(gross: Big, percent: string): Big {
  return gross.times(percent).div(new Big(100).plus(percent));
}
