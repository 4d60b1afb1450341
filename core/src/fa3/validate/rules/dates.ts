import { first, inside, textOf } from "../facts.ts";
import type { Rule } from "../rule.ts";

/** Dates of issue and supply. Dates are compared as text: the schema has seen to `YYYY-MM-DD`. */
export const dateRules: Rule[] = [
  {
    code: "FA3-DATE-01",
    severity: "error",
    title: "The issue date is not later than today in Poland",
    titlePl: "Data wystawienia nie jest późniejsza niż dzisiejsza",
    source: "ksef-docs, faktury/weryfikacja-faktury.md, „Walidacja dat”",
    advice: "Correct P_1, or send the invoice on that day.",
    advicePl: "Popraw P_1 albo wyślij fakturę tego dnia.",
    reads: ["P_1"],
    check: ({ fa, today }) => {
      const at = first(fa, "P_1");
      const issued = textOf(at);
      if (at === undefined || issued === undefined || issued <= today) return [];
      return [
        {
          at,
          en: `P_1 is ${issued}, later than today, ${today}.`,
          pl: `P_1 to ${issued}, później niż dziś (${today}).`,
        },
      ];
    },
  },
  {
    code: "FA3-DATE-02",
    severity: "warning",
    title: "The date of supply stands in P_6 or on the lines, not in both",
    titlePl: "Data dostawy jest w P_6 albo w wierszach, a nie w obu miejscach",
    source: "FA(3) XSD, annotations of P_6 and P_6A",
    advice: "Keep P_6 when the date is common to all lines, P_6A when the lines differ.",
    advicePl: "Zostaw P_6, gdy data jest wspólna dla wszystkich wierszy, a P_6A, gdy wiersze się różnią.",
    reads: ["P_6", "P_6A"],
    check: ({ fa, lines }) => {
      if (!fa.has("P_6")) return [];
      const line = lines.find(({ fields }) => fields.has("P_6A"));
      const at = line && first(line.fields, "P_6A");
      if (at === undefined) return [];
      return [
        {
          at,
          en: "P_6 gives a date for the whole invoice, and this line has its own P_6A.",
          pl: "P_6 podaje datę dla całej faktury, a ten wiersz ma własne P_6A.",
        },
      ];
    },
  },
  {
    code: "FA3-DATE-03",
    severity: "warning",
    title: "The period of the invoice does not end before it starts",
    titlePl: "Okres faktury nie kończy się przed początkiem",
    source: "FA(3) XSD, OkresFa; art. 19a ust. 3 i 4 ustawy o VAT",
    advice: "Correct P_6_Od or P_6_Do.",
    advicePl: "Popraw P_6_Od albo P_6_Do.",
    reads: ["P_6_Od", "P_6_Do"],
    check: ({ fa }) => {
      if (!fa.has("OkresFa")) return [];
      const period = inside(fa, "OkresFa");
      const at = first(period, "P_6_Do");
      const from = textOf(first(period, "P_6_Od"));
      const to = textOf(at);
      if (at === undefined || from === undefined || to === undefined || from <= to) return [];
      return [
        {
          at,
          en: `The period ends on ${to}, before it starts on ${from}.`,
          pl: `Okres kończy się ${to}, a zaczyna ${from}.`,
        },
      ];
    },
  },
];
