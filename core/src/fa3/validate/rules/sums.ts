import { Decimal, zero } from "../decimal.ts";
import { first, numberOf, says, textOf, type Facts, type Line } from "../facts.ts";
import { groupOfRate } from "./rates.ts";

/** What the lines make of one pair of totals. */
export interface LineSum {
  /** Net value; of gross prices it is computed back and not rounded. */
  net: Decimal;
  /** Sum of P_11Vat, where every line has it. */
  tax: Decimal | undefined;
  count: number;
  rates: Set<string>;
  lines: Line[];
}

/**
 * The lines added up by the total they belong to (`P_13_1`), those with StanPrzed counted negatively.
 * Undefined when that cannot be told: a line without a rate or a value, gross prices without a known rate, no lines.
 */
export function sumLines(invoice: Facts): LineSums {
  // Several rules in a row ask about one invoice. A WeakMap would halve the speed of the whole validation.
  if (last?.invoice !== invoice) last = { invoice, sums: addUp(invoice) };
  return last.sums;
}

type LineSums = ReadonlyMap<string, LineSum> | undefined;
let last: { invoice: Facts; sums: LineSums } | undefined;

function addUp({ lines }: Facts): LineSums {
  if (lines.length === 0) return undefined;
  const sums = new Map<string, LineSum>();
  for (const line of lines) {
    const { fields } = line;
    const rate = textOf(first(fields, "P_12"));
    const total =
      rate === undefined ? (fields.has("P_12_XII") ? "P_13_5" : undefined) : groupOfRate.get(rate)?.net;
    const value = total === undefined ? undefined : netOf(line, rate);
    if (total === undefined || value === undefined) return undefined;
    const tax = numberOf(first(fields, "P_11Vat"));
    const negative = says(fields, "StanPrzed");
    let sum = sums.get(total);
    if (sum === undefined) {
      sum = { net: zero, tax: zero, count: 0, rates: new Set(), lines: [] };
      sums.set(total, sum);
    }
    sum.net = negative ? sum.net.minus(value) : sum.net.plus(value);
    sum.tax = tax === undefined ? undefined : negative ? sum.tax?.minus(tax) : sum.tax?.plus(tax);
    sum.count++;
    sum.rates.add(rate ?? "");
    sum.lines.push(line);
  }
  return sums;
}

function netOf({ fields }: Line, rate: string | undefined): Decimal | undefined {
  if (fields.has("P_11")) return numberOf(first(fields, "P_11"));
  const gross = numberOf(first(fields, "P_11A"));
  if (gross === undefined || rate === undefined) return undefined;
  return /^\d+$/.test(rate) ? gross.times(hundred).div(100 + Number(rate)) : gross;
}

/** A grosz per line: each line may have been rounded for itself. */
export const grosze = (count: number): Decimal => new Decimal(Math.max(count, 1), 2);

const hundred = new Decimal(100);

/** The number as it stands in a total, zero where it is absent, undefined where it is not a number. */
export function totalOf({ fa }: Facts, name: string): Decimal | undefined {
  return fa.has(name) ? numberOf(first(fa, name)) : zero;
}
