import { Big } from "big.js";
import type { Invoice, Line, OrderLine, Totals } from "../model.ts";
import { rounded, sum, vatWithin } from "./decimal.ts";
import { orderLineGross } from "./order.ts";
import { taxClass, type TaxClass } from "./tax-class.ts";
import { byClass, toTotals, type ClassTotal } from "./totals.ts";

/**
 * Totals of an advance: VAT within the payment, payment x rate / (100 + rate) (art. 106f(1)(3) of the VAT act), the
 * rest is net. Two cases are certain:
 * everything that is ordered has one rate, or the whole order is paid, so that each rate's share is what it costs.
 * A part payment for goods of several rates is left out: whether it pays for all of them in proportion or for some of
 * them is what the parties have agreed, and is not on the invoice.
 */
export function totalsOfAdvance(invoice: Invoice, marginScheme: boolean): Totals | undefined {
  const { amountDue, order, lines = [] } = invoice;
  if (amountDue === undefined) return undefined;
  const ordered = order?.lines ?? [];
  return (
    totalsOfOneRate(amountDue, [...ordered, ...lines], marginScheme) ??
    totalsOfWholeOrder(amountDue, ordered, marginScheme)
  );
}

/** Totals of an amount with VAT for things that all have one rate; undefined when they do not, or do not say it. */
export function totalsOfOneRate(
  amountDue: string,
  lines: (Line | OrderLine)[],
  marginScheme: boolean,
): Totals | undefined {
  const classes = allClasses(lines, marginScheme);
  const [members, ...others] = byClass(classes ?? []);
  if (members === undefined || others.length > 0) return undefined;
  return toTotals([within(new Big(amountDue), members[0])]);
}

function totalsOfWholeOrder(
  amountDue: string,
  lines: OrderLine[],
  marginScheme: boolean,
): Totals | undefined {
  if (lines.length === 0 || lines.some(({ beforeCorrection }) => beforeCorrection === true)) return undefined;
  const shares: (TaxClass & { gross: Big })[] = [];
  for (const line of lines) {
    const known = taxClass(line, marginScheme);
    const gross = orderLineGross(line, marginScheme);
    if (known === undefined || gross === undefined) return undefined;
    shares.push({ ...known, gross });
  }
  if (!sum(shares.map(({ gross }) => gross)).eq(amountDue)) return undefined;
  return toTotals(
    byClass(shares).map((members) => within(sum(members.map(({ gross }) => gross)), members[0])),
  );
}

function within(gross: Big, { group, percent }: TaxClass): ClassTotal {
  const vat = rounded(vatWithin(gross, percent));
  return { group, percent, net: gross.minus(vat), vat };
}

function allClasses(lines: (Line | OrderLine)[], marginScheme: boolean): TaxClass[] | undefined {
  const classes = lines.map((line) => taxClass(line, marginScheme));
  return classes.every((known) => known !== undefined) ? classes : undefined;
}
