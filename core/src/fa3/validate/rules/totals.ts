import { decimalOf, zero, type Decimal } from "../decimal.ts";
import { first, numberOf, says, type Facts } from "../facts.ts";
import type { Finding, Rule } from "../rule.ts";
import { netNames, rateGroups, taxNames, type RateGroup } from "./rates.ts";
import { grosze, sumLines, totalOf } from "./sums.ts";

const money = (amount: Decimal): string => amount.toMoney();
const amountNames = [...netNames, ...taxNames];
const signedNames = ["P_15", ...netNames];
const lineNames = ["FaWiersz", "P_11", "P_11A", "P_11Vat", "P_12", "P_12_XII", "StanPrzed"];

/**
 * Where the totals are the sum of the lines: not of advances, nor of final invoices (less the advances), nor of
 * corrections that state only the difference or the state afterwards, nor under the margin scheme.
 */
function linesAddUp({ kind, lines, notes }: Facts): boolean {
  if (says(notes, "P_PMarzy")) return false;
  return (
    kind === "VAT" ||
    kind === "UPR" ||
    (kind === "KOR" && lines.some(({ fields }) => fields.has("StanPrzed")))
  );
}

function wrongSums(invoice: Facts): Finding[] {
  const sums = linesAddUp(invoice) ? sumLines(invoice) : undefined;
  if (sums === undefined) return [];
  return rateGroups.flatMap(({ net }) => {
    const sum = sums.get(net);
    const stated = sum === undefined && !invoice.fa.has(net) ? undefined : totalOf(invoice, net);
    const at = first(invoice.fa, net) ?? sum?.lines[0]?.element;
    if (at === undefined || stated === undefined) return [];
    const expected = sum?.net ?? zero;
    if (expected.near(stated, sum === undefined ? zero : grosze(sum.count))) return [];
    const absent = !invoice.fa.has(net);
    return [
      {
        at,
        en: `${net} is ${absent ? "absent" : money(stated)}, but the lines add up to ${money(expected)}.`,
        pl: `${absent ? `Brakuje ${net}` : `${net} to ${money(stated)}`}, a wiersze dają razem ${money(expected)}.`,
      },
    ];
  });
}

function wrongTax(invoice: Facts, group: RateGroup): Finding[] {
  const at = group.tax === undefined ? undefined : first(invoice.fa, group.tax);
  if (at === undefined || group.rates.length === 0) return [];
  const net = numberOf(first(invoice.fa, group.net));
  const tax = numberOf(at);
  // A correction may concern the tax alone.
  if (net === undefined || tax === undefined || (invoice.correcting && net.compare(zero) === 0)) return [];
  const sum = sumLines(invoice)?.get(group.net);
  const used = sum === undefined ? group.rates : [...sum.rates];
  if (invoice.correcting && used.length > 1 && sum !== undefined) return [];
  const count = sum?.count ?? invoice.lines.length + invoice.orderLines.length;
  const products = used.map((rate) => net.times(decimalOf(rate) ?? zero).percent());
  const least = products.reduce((low, one) => (one.compare(low) < 0 ? one : low));
  const most = products.reduce((high, one) => (one.compare(high) > 0 ? one : high));
  const slack = grosze(count);
  if (tax.compare(least.minus(slack)) >= 0 && tax.compare(most.plus(slack)) <= 0) return [];
  if (sum?.tax !== undefined && sum.tax.near(tax, slack)) return [];
  const rates = used.map((rate) => `${rate}%`);
  return [
    {
      at,
      en: `${group.tax} is ${money(tax)}, but ${group.net} at ${rates.join(" or ")} makes ${products.map(money).join(" or ")}.`,
      pl: `${group.tax} to ${money(tax)}, a ${group.net} ze stawką ${rates.join(" lub ")} daje ${products.map(money).join(" lub ")}.`,
    },
  ];
}

/** The totals among themselves and against the lines. KSeF takes any numbers here (ksef-api#716). */
export const totalRules: Rule[] = [
  {
    code: "FA3-SUM-01",
    severity: "warning",
    title: "The lines of each rate add up to their total P_13_x",
    titlePl: "Wiersze każdej stawki dają razem swoją sumę P_13_x",
    source: "art. 106e ust. 1 pkt 13 ustawy o VAT; FA(3) XSD, P_13_1 to P_13_10; tolerance 0.01 per line",
    advice: "Correct the total, or the values or rates of the lines.",
    advicePl: "Popraw sumę albo wartości lub stawki w wierszach.",
    reads: [...lineNames, ...netNames, "RodzajFaktury", "P_PMarzy"],
    check: wrongSums,
  },
  {
    code: "FA3-SUM-02",
    severity: "warning",
    title: "The tax P_14_x is P_13_x at its rate",
    titlePl: "Podatek P_14_x odpowiada P_13_x według stawki",
    source:
      "art. 106e ust. 1 pkt 14 oraz ust. 7-11 ustawy o VAT; tolerance 0.01 per line, or the sum of P_11Vat",
    advice: "Correct the tax or the net amount.",
    advicePl: "Popraw kwotę podatku albo kwotę netto.",
    reads: [...lineNames, ...netNames, ...taxNames, "RodzajFaktury"],
    check: (invoice) => rateGroups.flatMap((group) => wrongTax(invoice, group)),
  },
  {
    code: "FA3-SUM-03",
    severity: "warning",
    title: "P_15 is the sum of all P_13_x and P_14_x",
    titlePl: "P_15 to suma wszystkich P_13_x i P_14_x",
    source: "art. 106e ust. 1 pkt 15 ustawy o VAT; tolerance 0.01 per line and total",
    advice: "Correct P_15 or the totals; further charges and deductions belong in Rozliczenie.",
    advicePl: "Popraw P_15 albo sumy; inne obciążenia i odliczenia wykaż w Rozliczenie.",
    reads: ["P_15", ...netNames, ...taxNames],
    check: (invoice) => {
      const at = first(invoice.fa, "P_15");
      const stated = numberOf(at);
      const names = amountNames.filter((name) => invoice.fa.has(name));
      if (at === undefined || stated === undefined || names.length === 0) return [];
      let sum = zero;
      for (const name of names) {
        const amount = totalOf(invoice, name);
        if (amount === undefined) return [];
        sum = sum.plus(amount);
      }
      if (sum.near(stated, grosze(invoice.lines.length + names.length))) return [];
      return [
        {
          at,
          en: `P_15 is ${money(stated)}, but net amounts and tax add up to ${money(sum)}.`,
          pl: `P_15 to ${money(stated)}, a kwoty netto i podatek dają razem ${money(sum)}.`,
        },
      ];
    },
  },
  {
    code: "FA3-SUM-04",
    severity: "warning",
    title: "No negative totals on an invoice that is not a correction",
    titlePl: "Ujemne sumy tylko na fakturze korygującej",
    source: "art. 106j ust. 1 ustawy o VAT: a reduction is a correcting invoice",
    advice: "Issue a correcting invoice (KOR).",
    advicePl: "Wystaw fakturę korygującą (KOR).",
    reads: ["P_15", ...netNames, "RodzajFaktury"],
    check: ({ fa, correcting }) =>
      correcting
        ? []
        : signedNames.flatMap((name) => {
            const at = first(fa, name);
            const amount = at?.text.trim().startsWith("-") === true ? numberOf(at) : undefined;
            if (at === undefined || amount === undefined || amount.compare(zero) >= 0) return [];
            return [{ at, en: `${name} is ${money(amount)}.`, pl: `${name} wynosi ${money(amount)}.` }];
          }),
  },
];
