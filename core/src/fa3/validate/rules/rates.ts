/** A pair of totals: the sales of one kind, the tax on them, and that tax in złoty. */
export interface RateGroup {
  net: string;
  tax?: string;
  taxInPln?: string;
  /** What P_12 says on the lines of this group. */
  rates: readonly string[];
}

/** Source: FA(3) XSD, annotations of P_13_1 to P_13_11 and TStawkaPodatku. P_13_11 (margin) has no rate. */
export const rateGroups: readonly RateGroup[] = [
  { net: "P_13_1", tax: "P_14_1", taxInPln: "P_14_1W", rates: ["23", "22"] },
  { net: "P_13_2", tax: "P_14_2", taxInPln: "P_14_2W", rates: ["8", "7"] },
  { net: "P_13_3", tax: "P_14_3", taxInPln: "P_14_3W", rates: ["5"] },
  { net: "P_13_4", tax: "P_14_4", taxInPln: "P_14_4W", rates: ["4", "3"] },
  { net: "P_13_5", tax: "P_14_5", rates: [] },
  { net: "P_13_6_1", rates: ["0 KR"] },
  { net: "P_13_6_2", rates: ["0 WDT"] },
  { net: "P_13_6_3", rates: ["0 EX"] },
  { net: "P_13_7", rates: ["zw"] },
  { net: "P_13_8", rates: ["np I"] },
  { net: "P_13_9", rates: ["np II"] },
  { net: "P_13_10", rates: ["oo"] },
  { net: "P_13_11", rates: [] },
];

export const groupOfRate: ReadonlyMap<string, RateGroup> = new Map(
  rateGroups.flatMap((group) => group.rates.map((rate) => [rate, group] as const)),
);

export const netNames: readonly string[] = rateGroups.map(({ net }) => net);
export const taxNames: readonly string[] = rateGroups.flatMap(({ tax }) => tax ?? []);
export const plnNames: readonly string[] = rateGroups.flatMap(({ taxInPln }) => taxInPln ?? []);
