import { zero } from "../decimal.ts";
import { first, inside, numberOf } from "../facts.ts";
import type { Rule } from "../rule.ts";
import { grosze } from "./sums.ts";

/** Advance invoices and the final invoices that settle them. */
export const advanceRules: Rule[] = [
  {
    code: "FA3-ZAL-01",
    severity: "warning",
    title: "An advance invoice has the order or contract",
    titlePl: "Faktura zaliczkowa zawiera zamówienie lub umowę",
    source: "art. 106f ust. 1 pkt 4 ustawy o VAT; FA(3) XSD, Zamowienie",
    advice: "Add Zamowienie with its value and lines.",
    advicePl: "Dodaj Zamowienie z wartością i wierszami.",
    reads: ["RodzajFaktury", "Zamowienie"],
    check: ({ fa, kind }) => {
      const at = first(fa, "RodzajFaktury");
      if (at === undefined || kind !== "ZAL" || fa.has("Zamowienie")) return [];
      return [
        {
          at,
          en: "The kind is ZAL, but there is no Zamowienie.",
          pl: "Rodzaj faktury to ZAL, a brakuje Zamowienie.",
        },
      ];
    },
  },
  {
    code: "FA3-ZAL-02",
    severity: "warning",
    title: "A final invoice names the advance invoices",
    titlePl: "Faktura rozliczeniowa wskazuje faktury zaliczkowe",
    source: "art. 106f ust. 3 ustawy o VAT; FA(3) XSD, FakturaZaliczkowa",
    advice: "Add FakturaZaliczkowa with the KSeF number of each advance invoice.",
    advicePl: "Dodaj FakturaZaliczkowa z numerem KSeF każdej faktury zaliczkowej.",
    reads: ["RodzajFaktury", "FakturaZaliczkowa"],
    check: ({ fa, kind }) => {
      const at = first(fa, "RodzajFaktury");
      if (at === undefined || kind !== "ROZ" || fa.has("FakturaZaliczkowa")) return [];
      return [
        {
          at,
          en: "The kind is ROZ, but there is no FakturaZaliczkowa.",
          pl: "Rodzaj faktury to ROZ, a brakuje FakturaZaliczkowa.",
        },
      ];
    },
  },
  {
    code: "FA3-ZAL-03",
    severity: "warning",
    title: "The value of the order is the sum of its lines with tax",
    titlePl: "Wartość zamówienia to suma jego wierszy z podatkiem",
    source: "art. 106f ust. 1 pkt 4 ustawy o VAT; FA(3) XSD, WartoscZamowienia; tolerance 0.01 per line",
    advice: "Correct WartoscZamowienia or the order lines.",
    advicePl: "Popraw WartoscZamowienia albo wiersze zamówienia.",
    reads: ["WartoscZamowienia", "ZamowienieWiersz", "P_11NettoZ", "P_11VatZ", "StanPrzedZ"],
    check: ({ fa, orderLines, correcting }) => {
      const at = orderLines.length === 0 ? undefined : first(inside(fa, "Zamowienie"), "WartoscZamowienia");
      const stated = numberOf(at);
      // A correction may list the order before and after: the value is the one after. It may also list differences only.
      const after = orderLines.filter(({ fields }) => !fields.has("StanPrzedZ"));
      if (at === undefined || stated === undefined || (correcting && after.length === orderLines.length))
        return [];
      let sum = zero;
      for (const { fields } of after) {
        const net = numberOf(first(fields, "P_11NettoZ"));
        const tax = fields.has("P_11VatZ") ? numberOf(first(fields, "P_11VatZ")) : zero;
        if (net === undefined || tax === undefined) return [];
        sum = sum.plus(net).plus(tax);
      }
      if (sum.near(stated, grosze(after.length))) return [];
      return [
        {
          at,
          en: `WartoscZamowienia is ${stated.toMoney()}, but the order lines add up to ${sum.toMoney()}.`,
          pl: `WartoscZamowienia to ${stated.toMoney()}, a wiersze zamówienia dają razem ${sum.toMoney()}.`,
        },
      ];
    },
  },
];
