import type { Line, OrderLine, Rate, Totals } from "../model.ts";

/** Where a line is summed up, and the percentage of its VAT; "0" where there is none. */
export interface TaxClass {
  group: keyof Totals;
  percent: string;
}

/** Groups that carry Polish VAT, and its amount in PLN on an invoice in a foreign currency. */
export const taxedGroups = ["standard", "reduced", "superReduced", "taxi"] as const;
export type TaxedGroup = (typeof taxedGroups)[number];

/**
 * The class of a line. Undefined where the line does not say it: a line without a rate belongs to the margin of an
 * invoice that names a margin scheme (art. 106e(2) and (3) of the VAT act forbid a rate there), and otherwise nowhere;
 * nor does a line with both a Polish rate and one of the One Stop Shop.
 */
export function taxClass(line: Line | OrderLine, marginScheme: boolean): TaxClass | undefined {
  const { rate, ossRate } = line;
  // "np I" says no more than "taxed outside Poland", which is what the One Stop Shop is for.
  if (ossRate !== undefined)
    return rate === undefined || rate === "np I" ? { group: "oss", percent: ossRate } : undefined;
  if (rate !== undefined) return classes[rate];
  return marginScheme ? { group: "margin", percent: "0" } : undefined;
}

const classes: Record<Rate, TaxClass> = {
  "23": { group: "standard", percent: "23" },
  "22": { group: "standard", percent: "22" },
  "8": { group: "reduced", percent: "8" },
  "7": { group: "reduced", percent: "7" },
  "5": { group: "superReduced", percent: "5" },
  "4": { group: "taxi", percent: "4" },
  "3": { group: "taxi", percent: "3" },
  "0 KR": { group: "zeroDomestic", percent: "0" },
  "0 WDT": { group: "zeroIntraEu", percent: "0" },
  "0 EX": { group: "zeroExport", percent: "0" },
  zw: { group: "exempt", percent: "0" },
  "np I": { group: "outsidePoland", percent: "0" },
  "np II": { group: "euServices", percent: "0" },
  oo: { group: "reverseCharge", percent: "0" },
};
