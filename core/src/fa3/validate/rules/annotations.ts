import { Decimal } from "../decimal.ts";
import { first, numberOf, says, textOf } from "../facts.ts";
import type { Rule } from "../rule.ts";

/** In PLN; art. 108a ust. 1a. */
const threshold = new Decimal(15_000);

/** What Adnotacje say about the sales on the invoice. */
export const annotationRules: Rule[] = [
  {
    code: "FA3-ZW-01",
    severity: "warning",
    title: "Exempt sales need P_19 and the legal basis",
    titlePl: "Sprzedaż zwolniona wymaga P_19 i podstawy prawnej",
    source: "art. 106e ust. 1 pkt 19 ustawy o VAT; FA(3) XSD, Adnotacje/Zwolnienie",
    advice: "Replace P_19N by P_19 with P_19A, P_19B or P_19C.",
    advicePl: "Zamień P_19N na P_19 wraz z P_19A, P_19B lub P_19C.",
    reads: ["P_12", "P_13_7", "Zwolnienie", "P_19", "P_19N"],
    check: (invoice) => {
      const at = first(invoice.notes, "P_19N") ?? first(invoice.notes, "Zwolnienie");
      if (at === undefined || says(invoice.notes, "P_19")) return [];
      if (!invoice.rates.has("zw") && !invoice.fa.has("P_13_7")) return [];
      return [
        {
          at,
          en: "The invoice has exempt sales, but P_19N says it has none.",
          pl: "Faktura zawiera sprzedaż zwolnioną, a P_19N mówi, że jej nie ma.",
        },
      ];
    },
  },
  {
    code: "FA3-ZW-02",
    severity: "warning",
    title: "P_19 needs exempt sales",
    titlePl: "P_19 wymaga sprzedaży zwolnionej",
    source: "FA(3) XSD, annotation of P_19",
    advice: "Mark the exempt lines zw and state P_13_7, or replace P_19 by P_19N.",
    advicePl: "Oznacz zwolnione wiersze stawką zw i podaj P_13_7 albo zamień P_19 na P_19N.",
    reads: ["P_12", "P_13_7", "P_19", "RodzajFaktury", "FaWiersz"],
    check: (invoice) => {
      const at = first(invoice.notes, "P_19");
      if (
        at === undefined ||
        !says(invoice.notes, "P_19") ||
        invoice.kind !== "VAT" ||
        invoice.lines.length === 0
      )
        return [];
      if (invoice.fa.has("P_13_7") || invoice.lines.some(({ fields }) => !fields.has("P_12"))) return [];
      if (invoice.rates.has("zw")) return [];
      return [
        {
          at,
          en: "P_19 is 1, but no line is exempt and there is no P_13_7.",
          pl: "P_19 ma wartość 1, ale żaden wiersz nie jest zwolniony i nie ma P_13_7.",
        },
      ];
    },
  },
  {
    code: "FA3-RC-01",
    severity: "warning",
    title: "Reverse charge needs P_18",
    titlePl: "Odwrotne obciążenie wymaga P_18",
    source: "art. 106e ust. 1 pkt 18 ustawy o VAT; FA(3) XSD, P_18 and P_13_10",
    advice: "Set P_18 to 1, or correct the rate oo.",
    advicePl: "Ustaw P_18 na 1 albo popraw stawkę oo.",
    reads: ["P_12", "P_13_10", "P_18"],
    check: (invoice) => {
      const at = first(invoice.notes, "P_18");
      if (at === undefined || textOf(at) !== "2") return [];
      if (!invoice.rates.has("oo") && !invoice.fa.has("P_13_10")) return [];
      return [
        {
          at,
          en: "The invoice has sales with reverse charge (oo), but P_18 is 2.",
          pl: "Faktura zawiera sprzedaż z odwrotnym obciążeniem (oo), a P_18 ma wartość 2.",
        },
      ];
    },
  },
  {
    code: "FA3-RC-02",
    severity: "warning",
    title: "The rate oo is for domestic reverse charge only",
    titlePl: "Stawka oo dotyczy tylko krajowego odwrotnego obciążenia",
    source: "FA(3) XSD, annotation of P_13_10; art. 17 ust. 1 pkt 7 i 8, art. 28b ustawy o VAT",
    advice: "For a buyer from abroad use np I or np II (services) or 0 WDT, 0 EX (goods).",
    advicePl: "Dla nabywcy z zagranicy użyj np I lub np II (usługi) albo 0 WDT, 0 EX (towary).",
    reads: ["P_12", "NIP"],
    check: (invoice) => {
      const at = invoice.rates.get("oo");
      const number = first(invoice.buyer, "NrVatUE") ?? first(invoice.buyer, "NrID");
      if (at === undefined || number === undefined || invoice.buyer.has("NIP")) return [];
      if (textOf(number)?.startsWith("PL") === true) return [];
      return [
        {
          at,
          en: `The rate is oo, but the buyer is identified by a foreign number (${number.name}).`,
          pl: `Stawka to oo, a nabywcę określa numer zagraniczny (${number.name}).`,
        },
      ];
    },
  },
  {
    code: "FA3-MPP-01",
    severity: "warning",
    title: "Split payment is obligatory above 15,000 PLN with goods of Annex 15",
    titlePl: "Powyżej 15 000 zł z towarem z załącznika nr 15 obowiązuje podzielona płatność",
    source: "art. 106e ust. 1 pkt 18a i art. 108a ust. 1a ustawy o VAT",
    advice: "Set P_18A to 1.",
    advicePl: "Ustaw P_18A na 1.",
    reads: ["P_15", "KodWaluty", "P_12_Zal_15", "P_18A"],
    check: ({ fa, notes, lines, currency }) => {
      const at = first(notes, "P_18A");
      if (at === undefined || textOf(at) !== "2" || currency !== "PLN") return [];
      if (!lines.some(({ fields }) => says(fields, "P_12_Zal_15"))) return [];
      const gross = numberOf(first(fa, "P_15"));
      if (gross === undefined || gross.compare(threshold) <= 0) return [];
      return [
        {
          at,
          en: `P_15 is ${gross.toMoney()} PLN and a line is of Annex 15, but P_18A is 2.`,
          pl: `P_15 to ${gross.toMoney()} zł, wiersz dotyczy załącznika nr 15, a P_18A ma wartość 2.`,
        },
      ];
    },
  },
  {
    code: "FA3-MAR-01",
    severity: "warning",
    title: "Margin scheme sales need P_PMarzy",
    titlePl: "Sprzedaż w procedurze marży wymaga P_PMarzy",
    source: "art. 106e ust. 2 i 3, art. 119 i 120 ustawy o VAT; FA(3) XSD, P_13_11",
    advice: "Replace P_PMarzyN by P_PMarzy with the kind of the margin, or remove P_13_11.",
    advicePl: "Zamień P_PMarzyN na P_PMarzy z rodzajem marży albo usuń P_13_11.",
    reads: ["P_13_11", "PMarzy", "P_PMarzy", "P_PMarzyN"],
    check: ({ fa, notes }) => {
      const at = first(notes, "P_PMarzyN");
      if (at === undefined || !fa.has("P_13_11") || says(notes, "P_PMarzy")) return [];
      return [
        {
          at,
          en: "P_13_11 states margin scheme sales, but P_PMarzyN says there are none.",
          pl: "P_13_11 wykazuje sprzedaż w procedurze marży, a P_PMarzyN mówi, że jej nie ma.",
        },
      ];
    },
  },
];
