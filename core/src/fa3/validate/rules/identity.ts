import { first, textOf, type Fields } from "../facts.ts";
import type { Finding, Rule } from "../rule.ts";
import { isInternalId, isNip } from "./checksums.ts";

const nipSource = "ksef-docs, faktury/weryfikacja-faktury.md, „Walidacja numeru NIP”";
const nipAdvice = {
  advice: "Check the number against the register of VAT payers (wykaz podatników VAT).",
  advicePl: "Sprawdź numer w wykazie podatników VAT.",
};

function wrongNip(fields: Fields): Finding[] {
  const at = first(fields, "NIP");
  const nip = textOf(at);
  if (at === undefined || nip === undefined || isNip(nip)) return [];
  return [{ at, en: `The check digit of NIP ${nip} is wrong.`, pl: `NIP ${nip} ma błędną cyfrę kontrolną.` }];
}

const nipRule = (code: string, whose: string, czyj: string, check: Rule["check"]): Rule => ({
  code,
  severity: "warning",
  production: "error",
  title: `NIP of the ${whose}: check digit`,
  titlePl: `NIP ${czyj}: cyfra kontrolna`,
  source: nipSource,
  ...nipAdvice,
  reads: ["NIP"],
  check,
});

/** Who the parties are: NIP, internal identifiers, EU VAT numbers. */
export const identityRules: Rule[] = [
  nipRule("FA3-NIP-01", "seller", "sprzedawcy", ({ seller }) => wrongNip(seller)),
  nipRule("FA3-NIP-02", "buyer", "nabywcy", ({ buyer }) => wrongNip(buyer)),
  nipRule("FA3-NIP-03", "third party", "podmiotu trzeciego", ({ thirds }) =>
    thirds.flatMap(({ fields }) => wrongNip(fields)),
  ),
  nipRule("FA3-NIP-04", "authorised party", "podmiotu upoważnionego", ({ authorised }) =>
    wrongNip(authorised),
  ),
  {
    code: "FA3-IDW-01",
    severity: "warning",
    production: "error",
    title: "Internal identifier: check digit of its NIP",
    titlePl: "Identyfikator wewnętrzny: cyfra kontrolna NIP",
    source: "ksef-docs, faktury/weryfikacja-faktury.md, „Walidacja numeru NIP w identyfikatorze wewnętrznym”",
    advice: "Copy the identifier from KSeF, where the buyer made it.",
    advicePl: "Skopiuj identyfikator z KSeF, gdzie utworzył go nabywca.",
    reads: ["IDWew"],
    check: ({ thirds }) =>
      thirds.flatMap(({ fields }) => {
        const at = first(fields, "IDWew");
        const id = textOf(at);
        if (at === undefined || id === undefined || isNip(id.slice(0, 10))) return [];
        return [
          {
            at,
            en: `The NIP in the internal identifier ${id} has a wrong check digit.`,
            pl: `NIP w identyfikatorze wewnętrznym ${id} ma błędną cyfrę kontrolną.`,
          },
        ];
      }),
  },
  {
    code: "FA3-IDW-02",
    severity: "warning",
    title: "Internal identifier: its own check digit",
    titlePl: "Identyfikator wewnętrzny: własna cyfra kontrolna",
    source: "CIRFMF/ksef-client-csharp, MiscellaneousUtils.CalculateChecksum",
    advice: "Copy the identifier from KSeF, where the buyer made it.",
    advicePl: "Skopiuj identyfikator z KSeF, gdzie utworzył go nabywca.",
    reads: ["IDWew"],
    check: ({ thirds }) =>
      thirds.flatMap(({ fields }) => {
        const at = first(fields, "IDWew");
        const id = textOf(at);
        if (at === undefined || id === undefined || !isNip(id.slice(0, 10)) || isInternalId(id)) return [];
        return [
          {
            at,
            en: `The last digit of the internal identifier ${id} does not match the others.`,
            pl: `Ostatnia cyfra identyfikatora wewnętrznego ${id} nie zgadza się z pozostałymi.`,
          },
        ];
      }),
  },
  {
    code: "FA3-EU-01",
    severity: "warning",
    title: "A Polish NIP belongs in NIP, not in NrVatUE",
    titlePl: "Polski NIP należy wpisać w polu NIP, nie w NrVatUE",
    source: "FA(3) XSD, TPodmiot2; art. 106e ust. 1 pkt 5 ustawy o VAT",
    advice:
      "Put the ten digits into NIP and remove KodUE and NrVatUE: otherwise the buyer does not see the invoice in KSeF.",
    advicePl:
      "Wpisz dziesięć cyfr w NIP i usuń KodUE oraz NrVatUE: inaczej nabywca nie zobaczy faktury w KSeF.",
    reads: [],
    check: ({ buyer, thirds }) =>
      [buyer, ...thirds.map(({ fields }) => fields)].flatMap((fields) => {
        const at = first(fields, "NrVatUE");
        const number = textOf(at) ?? "";
        const polish =
          /^PL\d{10}$/.test(number) || (/^\d{10}$/.test(number) && textOf(first(fields, "KodUE")) === "PL");
        if (at === undefined || !polish) return [];
        return [
          {
            at,
            en: `NrVatUE holds the Polish NIP ${number}.`,
            pl: `NrVatUE zawiera polski NIP ${number}.`,
          },
        ];
      }),
  },
  {
    code: "FA3-EU-02",
    severity: "warning",
    title: "NrVatUE without the country prefix",
    titlePl: "NrVatUE bez prefiksu kraju",
    source: "FA(3) XSD, TPodmiot2: the prefix stands in KodUE",
    advice: "Leave the country letters to KodUE (Greece: EL) and write the rest of the number in NrVatUE.",
    advicePl: "Litery kraju wpisz tylko w KodUE (Grecja: EL), a w NrVatUE pozostałą część numeru.",
    reads: ["KodUE", "NrVatUE"],
    check: ({ buyer, thirds }) =>
      [buyer, ...thirds.map(({ fields }) => fields)].flatMap((fields) => {
        const at = first(fields, "NrVatUE");
        const number = textOf(at) ?? "";
        const prefix = textOf(first(fields, "KodUE")) ?? "";
        const repeated =
          prefix !== "" &&
          prefix !== "PL" &&
          (number.startsWith(prefix) || (prefix === "EL" && number.startsWith("GR")));
        if (at === undefined || !repeated) return [];
        return [
          {
            at,
            en: `NrVatUE ${number} repeats the country that KodUE (${prefix}) names.`,
            pl: `NrVatUE ${number} powtarza kraj podany w KodUE (${prefix}).`,
          },
        ];
      }),
  },
];
