import type { Big } from "big.js";
import type { Line, Totals } from "../model.ts";
import { sum, written } from "./decimal.ts";
import { taxedGroups, type TaxClass, type TaxedGroup } from "./tax-class.ts";
import { netAndVat, taxable, type Taxable } from "./taxable.ts";

/** Net and VAT of one class. */
export interface ClassTotal extends TaxClass {
  net: Big;
  vat: Big;
}

/**
 * Sums of the lines by rate; on a correction the differences. All or nothing: undefined without lines, and where a
 * single line lacks its rate or its value, because any sum could be too small then. Expects completed lines.
 */
export function totalsOfLines(lines: Line[], marginScheme: boolean): Totals | undefined {
  const taxables: Taxable[] = [];
  for (const line of lines) {
    const known = taxable(line, marginScheme);
    if (known === undefined) return undefined;
    taxables.push(known);
  }
  if (taxables.length === 0) return undefined;
  return toTotals(byClass(taxables).map((members) => ({ ...members[0], ...netAndVat(members) })));
}

/** Several classes may share a group: 23 and 22 % are both the standard rate. */
export function toTotals(classTotals: ClassTotal[]): Totals {
  const totals: Totals = {};
  for (const [group, members] of Map.groupBy(classTotals, (total) => total.group)) {
    const net = written(sum(members.map((member) => member.net)));
    const vat = written(sum(members.map((member) => member.vat)));
    if (group === "oss") totals.oss = { net, vat };
    else if (isTaxed(group)) totals[group] = { net, vat };
    else totals[group] = net;
  }
  return totals;
}

/** An object without a single sum says nothing. */
export function saysNothing(totals: Totals | undefined): boolean {
  return totals === undefined || Object.values(totals).every((value) => value === undefined);
}

/** Never empty. */
export function byClass<T extends TaxClass>(items: T[]): [T, ...T[]][] {
  const classes = Map.groupBy(items, ({ group, percent }) => `${group} ${Number(percent)}`);
  return [...classes.values()] as [T, ...T[]][];
}

function isTaxed(group: keyof Totals): group is TaxedGroup {
  return (taxedGroups as readonly string[]).includes(group);
}
