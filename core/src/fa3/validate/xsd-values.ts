import { faultOf, type Text, type ValidationFault } from "./fault.ts";
import { declarationOf } from "./model.ts";
import { labelOf } from "./names.ts";
import { pathOf, type Chain } from "./place.ts";
import { expectationOf } from "./values.ts";

/** One or more errors of libxml2 about one value: it names every facet the value breaks. */
export interface ValueError {
  chain: Chain;
  attribute: string | undefined;
  line: number | undefined;
  originals: string[];
}

/** The one fault for a value: the facet that tells the reader most decides the code. */
export function valueFault({ chain, attribute, line, originals }: ValueError): ValidationFault {
  const element = chain.at(-1);
  const original = originals.join(" ");
  const value = attribute === undefined ? (element?.text ?? "") : (element?.attributes[attribute] ?? "");
  const label = labelOf(element?.name ?? "");
  const place: Text =
    attribute === undefined
      ? label
      : { en: `The attribute ${attribute} of ${label.en}`, pl: `Atrybut ${attribute} w ${label.pl}` };
  const at = { path: pathOf(chain) + (attribute === undefined ? "" : `/@${attribute}`), line, original };

  if (value.trim() === "" && attribute === undefined)
    return faultOf(
      "FA3-XSD-EMPTY",
      "error",
      { en: `${place.en} is empty.`, pl: `${place.pl}: pole jest puste.` },
      {
        en: `Fill in ${element?.name}, or leave the element out where it is optional.`,
        pl: `Uzupełnij ${element?.name} albo pomiń element, jeśli nie jest wymagany.`,
      },
      at,
    );
  const nature = natures.find(({ sign }) => sign.test(original)) ?? plainValue;
  const expected = expectedBy(original, chain, attribute);
  return faultOf(
    nature.code,
    "error",
    {
      en: `${place.en} has the value "${shortened(value)}"; expected: ${expected.en}.`,
      pl: `${place.pl} ma wartość „${shortened(value)}”; oczekiwano: ${expected.pl}.`,
    },
    adviceFor(element?.name, value, nature.advice),
    at,
  );
}

interface Nature {
  code: string;
  /** What libxml2's sentence contains. */
  sign: RegExp;
  advice: Text;
}

/** The most telling first: a value with three decimals breaks the digits and the pattern alike. */
const natures: Nature[] = [
  {
    code: "FA3-XSD-FIXED",
    sign: /fixed value constraint/,
    advice: { en: "Write exactly the expected value.", pl: "Wpisz dokładnie oczekiwaną wartość." },
  },
  {
    code: "FA3-XSD-ENUM",
    sign: /facet 'enumeration'/,
    advice: { en: "Choose one of the allowed values.", pl: "Wybierz jedną z dozwolonych wartości." },
  },
  {
    code: "FA3-XSD-DIGITS",
    sign: /facet 'fractionDigits'/,
    advice: {
      en: "Round the number to the allowed number of places.",
      pl: "Zaokrąglij liczbę do dozwolonej liczby miejsc.",
    },
  },
  {
    code: "FA3-XSD-DIGITS",
    sign: /facet 'totalDigits'/,
    advice: { en: "Check the number: it has too many digits.", pl: "Sprawdź liczbę: ma za dużo cyfr." },
  },
  {
    code: "FA3-XSD-LENGTH",
    sign: /facet '(minLength|maxLength|length)'/,
    advice: { en: "Shorten or complete the text.", pl: "Skróć lub uzupełnij tekst." },
  },
  {
    code: "FA3-XSD-RANGE",
    sign: /facet '(min|max)(Inclusive|Exclusive)'/,
    advice: { en: "Write a value within the allowed range.", pl: "Wpisz wartość z dozwolonego zakresu." },
  },
  {
    code: "FA3-XSD-PATTERN",
    sign: /facet 'pattern'/,
    advice: { en: "Write the value in the expected form.", pl: "Wpisz wartość w oczekiwanej postaci." },
  },
];

const plainValue: Nature = {
  code: "FA3-XSD-VALUE",
  sign: /./,
  advice: { en: "Write the value in the expected form.", pl: "Wpisz wartość w oczekiwanej postaci." },
};

function expectedBy(original: string, chain: Chain, attribute: string | undefined): Text {
  const fixed = /fixed value constraint '([^']*)'/.exec(original)?.[1];
  if (fixed !== undefined) return { en: fixed, pl: fixed };
  const listed = /element of the set \{(.*?)\}/.exec(original)?.[1]?.replaceAll("'", "");
  const few = listed !== undefined && listed.split(",").length <= 15 ? listed : undefined;
  const types = attribute === undefined ? (declarationOf(chain.map(({ name }) => name))?.types ?? []) : [];
  const known = expectationOf(types);
  if (few !== undefined && !(known !== undefined && types[0]?.startsWith("TWybor") === true))
    return { en: few, pl: few };
  if (known !== undefined) return withLimit(known, original);
  return { en: "a value the schema allows", pl: "wartość dozwolona przez schemat" };
}

/** The limit libxml2 names, where the words for the type do not say it. */
function withLimit(known: Text, original: string): Text {
  const limit = /(minimum|maximum) (?:value |length )?(?:allowed |of )?\(?'([^']+)'/.exec(original);
  const [, which, value = ""] = limit ?? [];
  if (which === undefined || known.en.includes(value)) return known;
  return which === "minimum"
    ? { en: `${known.en}, at least ${value}`, pl: `${known.pl}, co najmniej ${value}` }
    : { en: `${known.en}, at most ${value}`, pl: `${known.pl}, najwyżej ${value}` };
}

/** The commonest slips have an advice of their own. */
function adviceFor(element: string | undefined, value: string, otherwise: Text): Text {
  if (/^\s*-?[\d\s\u00a0]*\d,\d{1,8}\s*$/.test(value))
    return {
      en: "Write a point instead of the decimal comma.",
      pl: "Zamiast przecinka dziesiętnego wpisz kropkę.",
    };
  if (/^-?\d{1,3}([,\s\u00a0]\d{3})+([.,]\d+)?$/.test(value.trim()))
    return { en: "Leave out the separators of thousands.", pl: "Usuń separatory tysięcy." };
  if (element?.startsWith("P_") === true && /^(\+|-?0)\d/.test(value.trim()))
    return { en: "Leave out the plus sign and leading zeros.", pl: "Usuń znak plus i zera na początku." };
  const day = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$/.exec(value.trim());
  if (day !== null) {
    const [, d = "", m = "", y = ""] = day;
    const iso = `${y}-${m.padStart(2, "0")}-${d.padStart(2, "0")}`;
    return { en: `Write the date as ${iso}.`, pl: `Zapisz datę jako ${iso}.` };
  }
  if (value.trim() === "GR")
    return { en: "The VAT prefix of Greece is EL.", pl: "Prefiks VAT Grecji to EL." };
  return otherwise;
}

const shortened = (value: string): string => (value.length > 60 ? `${value.slice(0, 57)}...` : value);
