import { decimalOf, zero, type Decimal } from "../decimal.ts";
import { first, inside, numberOf, says, textOf, type Facts } from "../facts.ts";
import type { Finding, Rule } from "../rule.ts";
import { plnNames, rateGroups, taxNames, type RateGroup } from "./rates.ts";
import { grosze, sumLines } from "./sums.ts";

const rateNames = ["KursWaluty", "KursWalutyZ"];

/** The tax in złoty by the invoice's own exchange rates; undefined when it does not give them all. */
function taxInPln(
  invoice: Facts,
  group: RateGroup,
  tax: Decimal,
): { amount: Decimal; slack: Decimal } | undefined {
  const advance = numberOf(first(invoice.fa, "KursWalutyZ"));
  if (advance !== undefined) return { amount: tax.times(advance), slack: grosze(1).times(advance) };
  const sum = sumLines(invoice)?.get(group.net);
  if (sum === undefined || invoice.kind === "ROZ") return undefined;
  const slack = grosze(sum.count);
  const rated = sum.lines.map(({ fields }) => numberOf(first(fields, "KursWaluty")));
  const [rate] = rated;
  if (rate === undefined) return undefined;
  if (rated.every((one) => one?.compare(rate) === 0))
    return { amount: tax.times(rate), slack: slack.times(rate) };
  let amount = zero;
  for (const [index, { fields }] of sum.lines.entries()) {
    const net = numberOf(first(fields, "P_11"));
    const own = rated[index];
    const percent = decimalOf(textOf(first(fields, "P_12")) ?? "");
    if (net === undefined || own === undefined || percent === undefined) return undefined;
    const part = net.times(percent).percent().times(own);
    amount = says(fields, "StanPrzed") ? amount.minus(part) : amount.plus(part);
  }
  return { amount, slack: slack.times(rate) };
}

function wrongConversion(invoice: Facts, group: RateGroup): Finding[] {
  const at = group.taxInPln === undefined ? undefined : first(invoice.fa, group.taxInPln);
  const stated = numberOf(at);
  const tax = group.tax === undefined ? undefined : numberOf(first(invoice.fa, group.tax));
  if (at === undefined || stated === undefined || tax === undefined) return [];
  const expected = taxInPln(invoice, group, tax);
  if (expected === undefined || expected.amount.near(stated, expected.slack)) return [];
  const amount = expected.amount.toMoney();
  return [
    {
      at,
      en: `${group.taxInPln} is ${stated.toMoney()}, but the tax at the stated exchange rate is ${amount}.`,
      pl: `${group.taxInPln} to ${stated.toMoney()}, a podatek po podanym kursie wynosi ${amount}.`,
    },
  ];
}

/** Invoices in a foreign currency. */
export const currencyRules: Rule[] = [
  {
    code: "FA3-CUR-01",
    severity: "error",
    title: "In a foreign currency the tax is stated in złoty too",
    titlePl: "W walucie obcej podatek wykazuje się także w złotych",
    source: "art. 106e ust. 11 ustawy o VAT; FA(3) XSD, annotations of P_14_1W to P_14_4W",
    advice: "Add P_14_xW: the tax converted at the rate of art. 31a.",
    advicePl: "Dodaj P_14_xW: podatek przeliczony po kursie z art. 31a.",
    reads: ["KodWaluty", ...taxNames, ...plnNames],
    check: ({ currency, fa }) =>
      currency === "PLN" || currency === ""
        ? []
        : rateGroups.flatMap(({ tax, taxInPln: pln }) => {
            const at = tax === undefined || pln === undefined || fa.has(pln) ? undefined : first(fa, tax);
            const amount = numberOf(at);
            if (at === undefined || amount === undefined || amount.compare(zero) === 0) return [];
            return [
              {
                at,
                en: `The invoice is in ${currency}, but ${pln} is missing beside ${tax}.`,
                pl: `Faktura jest w walucie ${currency}, a obok ${tax} brakuje ${pln}.`,
              },
            ];
          }),
  },
  {
    code: "FA3-CUR-02",
    severity: "warning",
    title: "On an invoice in PLN there is no tax converted to PLN",
    titlePl: "Na fakturze w PLN nie ma podatku przeliczonego na PLN",
    source: "FA(3) XSD, annotations of P_14_1W to P_14_4W",
    advice: "Remove P_14_xW, or correct KodWaluty.",
    advicePl: "Usuń P_14_xW albo popraw KodWaluty.",
    reads: ["KodWaluty", ...plnNames],
    check: ({ currency, fa }) =>
      currency !== "PLN"
        ? []
        : plnNames.flatMap((name) => {
            const at = first(fa, name);
            return at === undefined
              ? []
              : [
                  {
                    at,
                    en: `The invoice is in PLN, but it has ${name}.`,
                    pl: `Faktura jest w PLN, a zawiera ${name}.`,
                  },
                ];
          }),
  },
  {
    code: "FA3-CUR-03",
    severity: "warning",
    title: "The tax in złoty is the tax at the stated exchange rate",
    titlePl: "Podatek w złotych odpowiada podatkowi po podanym kursie",
    source: "art. 106e ust. 11 i art. 31a ustawy o VAT; tolerance 0.01 per line in the foreign currency",
    advice: "Correct P_14_xW or the exchange rate.",
    advicePl: "Popraw P_14_xW albo kurs waluty.",
    reads: ["P_11", "P_11A", "P_12", "StanPrzed", "FaWiersz", ...rateNames, ...taxNames, ...plnNames],
    check: (invoice) =>
      invoice.currency === "PLN" ? [] : rateGroups.flatMap((group) => wrongConversion(invoice, group)),
  },
  {
    code: "FA3-CUR-04",
    severity: "warning",
    title: "An exchange rate for the tax needs a foreign currency",
    titlePl: "Kurs do przeliczenia podatku wymaga waluty obcej",
    source: "FA(3) XSD, annotations of KursWaluty and KursWalutyZ (dział VI ustawy)",
    advice: "Remove the rate, or correct KodWaluty; an agreed rate belongs in WarunkiTransakcji/KursUmowny.",
    advicePl: "Usuń kurs albo popraw KodWaluty; kurs umowny należy do WarunkiTransakcji/KursUmowny.",
    reads: ["KodWaluty", ...rateNames],
    check: ({ currency, fa, lines }) => {
      if (currency !== "PLN") return [];
      const rated = lines.find(({ fields }) => fields.has("KursWaluty"));
      const at = first(fa, "KursWalutyZ") ?? (rated && first(rated.fields, "KursWaluty"));
      if (at === undefined) return [];
      return [
        {
          at,
          en: `The invoice is in PLN, but it states an exchange rate in ${at.name}.`,
          pl: `Faktura jest w PLN, a podaje kurs w ${at.name}.`,
        },
      ];
    },
  },
  {
    code: "FA3-CUR-05",
    severity: "warning",
    title: "An agreed currency goes with an invoice in PLN",
    titlePl: "Waluta umowna występuje na fakturze w PLN",
    source: "FA(3) XSD, annotations of KursUmowny and WalutaUmowna",
    advice:
      "Name the foreign currency the złoty amounts were converted from, or remove KursUmowny and WalutaUmowna.",
    advicePl: "Podaj walutę obcą, z której przeliczono kwoty na złote, albo usuń KursUmowny i WalutaUmowna.",
    reads: ["KodWaluty", "WalutaUmowna"],
    check: ({ currency, fa }) => {
      if (!fa.has("WarunkiTransakcji")) return [];
      const at = first(inside(fa, "WarunkiTransakcji"), "WalutaUmowna");
      const agreed = textOf(at);
      if (at === undefined || currency === "" || (currency === "PLN" && agreed !== "PLN")) return [];
      return [
        {
          at,
          en: `WalutaUmowna is ${agreed} on an invoice in ${currency}.`,
          pl: `WalutaUmowna to ${agreed} na fakturze w walucie ${currency}.`,
        },
      ];
    },
  },
];
