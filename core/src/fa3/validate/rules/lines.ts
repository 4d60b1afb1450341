import { Decimal } from "../decimal.ts";
import { first, numberOf, says, textOf, type Line } from "../facts.ts";
import type { Finding, Rule } from "../rule.ts";

/** A line's value may differ from the product by a grosz: it may have been computed from an unrounded price. */
const tolerance = new Decimal(1, 2);

/**
 * Quantity times unit price less the discount. P_10 is the discount of the line; the Ministry's own example 4 has it
 * per unit, so both are accepted. Undefined when a part is absent: art. 106e lets a line do without.
 */
function valuesOf({ fields }: Line, priceName: string): Decimal[] | undefined {
  const quantity = numberOf(first(fields, "P_8B"));
  const price = numberOf(first(fields, priceName));
  if (quantity === undefined || price === undefined) return undefined;
  const product = quantity.times(price);
  if (!fields.has("P_10")) return [product];
  const discount = numberOf(first(fields, "P_10"));
  if (discount === undefined) return undefined;
  return [product.minus(discount), product.minus(quantity.times(discount))];
}

/** What is found on the lines, at most one thing on each. */
function onLines(lines: Line[], judge: (line: Line) => Finding | undefined): Finding[] {
  const findings: Finding[] = [];
  for (const line of lines) {
    const finding = judge(line);
    if (finding !== undefined) findings.push(finding);
  }
  return findings;
}

function wrongValue(line: Line, priceName: string, valueName: string): Finding | undefined {
  const at = first(line.fields, valueName);
  const stated = numberOf(at);
  const expected = stated === undefined ? undefined : valuesOf(line, priceName);
  const [value] = expected ?? [];
  if (at === undefined || stated === undefined || expected === undefined || value === undefined)
    return undefined;
  for (const one of expected) if (one.near(stated, tolerance)) return undefined;
  const sum = value.toMoney();
  return {
    at,
    en: `${valueName} is ${stated.toMoney()}, but P_8B x ${priceName} less the discount is ${sum}.`,
    pl: `${valueName} to ${stated.toMoney()}, a P_8B x ${priceName} po opuście daje ${sum}.`,
  };
}

/** The lines of the invoice, each for itself. */
export const lineRules: Rule[] = [
  {
    code: "FA3-LINE-01",
    severity: "warning",
    title: "Line numbers are unique and increasing",
    titlePl: "Numery wierszy są niepowtarzalne i rosnące",
    source: "FA(3) XSD, annotation of NrWierszaFa („kolejny numer wiersza”)",
    advice: "Number the lines 1, 2, 3 ... (a line before and after a correction may share a number).",
    advicePl: "Ponumeruj wiersze 1, 2, 3 ... (wiersz przed i po korekcie może mieć ten sam numer).",
    reads: ["NrWierszaFa", "StanPrzed"],
    check: ({ lines }) => {
      let last = 0;
      // Twice the number, and one more for the state before a correction.
      const seen = new Set<number>();
      return onLines(lines, ({ fields }) => {
        const at = first(fields, "NrWierszaFa");
        const text = textOf(at);
        if (at === undefined || text === undefined || !/^\d{1,14}$/.test(text)) return undefined;
        const number = Number(text);
        const key = number * 2 + (says(fields, "StanPrzed") ? 1 : 0);
        const previous = last;
        last = Math.max(last, number);
        if (seen.has(key))
          return {
            at,
            en: `The line number ${number} is used twice.`,
            pl: `Numer wiersza ${number} się powtarza.`,
          };
        seen.add(key);
        if (number >= previous) return undefined;
        return {
          at,
          en: `The line number ${number} follows ${previous}.`,
          pl: `Numer wiersza ${number} następuje po ${previous}.`,
        };
      });
    },
  },
  {
    code: "FA3-LINE-02",
    severity: "warning",
    title: "Net value of a line = quantity x net unit price - discount",
    titlePl: "Wartość netto wiersza = ilość x cena netto - opust",
    source: "art. 106e ust. 1 pkt 8-11 ustawy o VAT; tolerance 0.01",
    advice: "Correct P_11, or the quantity, price or discount it comes from.",
    advicePl: "Popraw P_11 albo ilość, cenę lub opust, z których wynika.",
    reads: ["P_8B", "P_9A", "P_10", "P_11"],
    check: ({ lines }) => onLines(lines, (line) => wrongValue(line, "P_9A", "P_11")),
  },
  {
    code: "FA3-LINE-03",
    severity: "warning",
    title: "Gross value of a line = quantity x gross unit price - discount",
    titlePl: "Wartość brutto wiersza = ilość x cena brutto - opust",
    source: "art. 106e ust. 7 i 8 ustawy o VAT; tolerance 0.01",
    advice: "Correct P_11A, or the quantity, price or discount it comes from.",
    advicePl: "Popraw P_11A albo ilość, cenę lub opust, z których wynika.",
    reads: ["P_8B", "P_9B", "P_10", "P_11A"],
    check: ({ lines }) => onLines(lines, (line) => wrongValue(line, "P_9B", "P_11A")),
  },
  {
    code: "FA3-LINE-04",
    severity: "warning",
    title: "No negative quantity on an invoice that is not a correction",
    titlePl: "Ujemna ilość tylko na fakturze korygującej",
    source: "art. 106j ust. 1 ustawy o VAT: a reduction is a correcting invoice",
    advice: "Issue a correcting invoice (KOR), or show the reduction as a discount in P_10.",
    advicePl: "Wystaw fakturę korygującą (KOR) albo wykaż obniżkę jako opust w P_10.",
    reads: ["P_8B", "RodzajFaktury"],
    check: ({ lines, correcting }) =>
      correcting
        ? []
        : onLines(lines, ({ fields }) => {
            const at = first(fields, "P_8B");
            const quantity = textOf(at);
            if (at === undefined || quantity === undefined || !/^-.*[1-9]/.test(quantity)) return undefined;
            return { at, en: `The quantity is ${quantity}.`, pl: `Ilość wynosi ${quantity}.` };
          }),
  },
  {
    code: "FA3-LINE-05",
    severity: "warning",
    title: "Every line names the goods or the service",
    titlePl: "Każdy wiersz podaje nazwę towaru lub usługi",
    source: "art. 106e ust. 1 pkt 7 ustawy o VAT; FA(3) XSD, annotation of P_7",
    advice: "Add P_7; only a collective correction (art. 106j ust. 3) may do without.",
    advicePl: "Dodaj P_7; może go nie być tylko na korekcie zbiorczej (art. 106j ust. 3).",
    reads: ["P_7", "RodzajFaktury"],
    check: ({ lines, correcting }) =>
      correcting
        ? []
        : onLines(lines, ({ element, fields }) =>
            fields.has("P_7")
              ? undefined
              : { at: element, en: "The line has no P_7.", pl: "W wierszu brakuje P_7." },
          ),
  },
  {
    code: "FA3-LINE-06",
    severity: "warning",
    title: "An invoice of the kinds VAT, UPR and ROZ has lines",
    titlePl: "Faktura rodzaju VAT, UPR i ROZ ma wiersze",
    source: "FA(3) XSD, annotation of FaWiersz: optional for advances and some corrections only",
    advice: "Add at least one FaWiersz.",
    advicePl: "Dodaj co najmniej jeden FaWiersz.",
    reads: ["FaWiersz", "RodzajFaktury"],
    check: ({ lines, kind, fa }) => {
      const at = first(fa, "RodzajFaktury");
      if (at === undefined || lines.length > 0 || !["VAT", "UPR", "ROZ"].includes(kind)) return [];
      return [
        {
          at,
          en: `The invoice is of the kind ${kind} but has no FaWiersz.`,
          pl: `Faktura rodzaju ${kind} nie ma żadnego FaWiersz.`,
        },
      ];
    },
  },
];
