import type { XmlElement } from "../../../xml.ts";
import { fieldsOf, first, says, textOf, type Facts, type Fields } from "../facts.ts";
import type { Rule } from "../rule.ts";
import { isKsefNumber } from "./checksums.ts";

const ksefNumber = /^\d{10}-\d{8}-[0-9A-F]{12}-[0-9A-F]{2}$/;

const corrected = ({ fa }: Facts): Fields[] => fa.all("DaneFaKorygowanej").map(fieldsOf);

/** Every KSeF number the invoice refers to. */
function references(invoice: Facts): { at: XmlElement; number: string }[] {
  const advances = invoice.fa.all("FakturaZaliczkowa").map(fieldsOf);
  const found = [
    ...corrected(invoice).map((fields) => first(fields, "NrKSeFFaKorygowanej")),
    ...advances.map((fields) => first(fields, "NrKSeFFaZaliczkowej")),
  ];
  return found.flatMap((at) => {
    const number = textOf(at);
    return at !== undefined && number !== undefined && ksefNumber.test(number) ? [{ at, number }] : [];
  });
}

/** Correcting invoices and the numbers of other invoices. */
export const correctionRules: Rule[] = [
  {
    code: "FA3-KOR-01",
    severity: "error",
    title: "A correction names the invoice it corrects",
    titlePl: "Korekta wskazuje fakturę korygowaną",
    source: "art. 106j ust. 2 pkt 2-3 oraz ust. 3 ustawy o VAT; FA(3) XSD, DaneFaKorygowanej",
    advice: "Add DaneFaKorygowanej with the date, number and KSeF number of the invoice.",
    advicePl: "Dodaj DaneFaKorygowanej z datą, numerem i numerem KSeF faktury korygowanej.",
    reads: ["RodzajFaktury", "DaneFaKorygowanej"],
    check: ({ fa, kind, correcting }) => {
      const at = first(fa, "RodzajFaktury");
      if (at === undefined || !correcting || fa.has("DaneFaKorygowanej")) return [];
      return [
        {
          at,
          en: `The kind is ${kind}, but there is no DaneFaKorygowanej.`,
          pl: `Rodzaj faktury to ${kind}, a brakuje DaneFaKorygowanej.`,
        },
      ];
    },
  },
  {
    code: "FA3-KOR-02",
    severity: "warning",
    title: "A correction states its reason",
    titlePl: "Korekta podaje przyczynę",
    source: "art. 106j ust. 2a pkt 2 ustawy o VAT (voluntary); FA(3) XSD, PrzyczynaKorekty",
    advice: "Add PrzyczynaKorekty: it spares questions of the buyer and the tax office.",
    advicePl: "Dodaj PrzyczynaKorekty: oszczędzi to pytań nabywcy i urzędu.",
    reads: ["RodzajFaktury", "PrzyczynaKorekty"],
    check: ({ fa, correcting }) => {
      const at = first(fa, "RodzajFaktury");
      if (at === undefined || !correcting || fa.has("PrzyczynaKorekty")) return [];
      return [
        { at, en: "The correction states no PrzyczynaKorekty.", pl: "Korekta nie podaje PrzyczynaKorekty." },
      ];
    },
  },
  {
    code: "FA3-KOR-03",
    severity: "warning",
    title: "Only a correction names a corrected invoice or a state before it",
    titlePl: "Tylko korekta wskazuje fakturę korygowaną lub stan przed korektą",
    source: "FA(3) XSD: data for RodzajFaktury KOR, KOR_ZAL and KOR_ROZ",
    advice: "Set RodzajFaktury to KOR, KOR_ZAL or KOR_ROZ, or remove the data of the correction.",
    advicePl: "Ustaw RodzajFaktury na KOR, KOR_ZAL lub KOR_ROZ albo usuń dane korekty.",
    reads: ["RodzajFaktury", "DaneFaKorygowanej", "StanPrzed"],
    check: ({ fa, kind, correcting, lines }) => {
      if (correcting || kind === "") return [];
      const before = lines.find(({ fields }) => fields.has("StanPrzed"));
      const at = first(fa, "DaneFaKorygowanej") ?? (before && first(before.fields, "StanPrzed"));
      if (at === undefined) return [];
      return [
        {
          at,
          en: `The kind is ${kind}, but there is ${at.name}.`,
          pl: `Rodzaj faktury to ${kind}, a jest ${at.name}.`,
        },
      ];
    },
  },
  {
    code: "FA3-KOR-04",
    severity: "warning",
    title: "The KSeF number of the corrected invoice begins with the seller's NIP",
    titlePl: "Numer KSeF faktury korygowanej zaczyna się od NIP sprzedawcy",
    source: "ksef-docs, faktury/numer-ksef.md; art. 106j ust. 2 pkt 2a ustawy o VAT",
    advice: "Check whether the number belongs to another company's invoice.",
    advicePl: "Sprawdź, czy numer nie należy do faktury innej firmy.",
    reads: ["NIP", "NrKSeFFaKorygowanej"],
    check: (invoice) => {
      const nip = textOf(first(invoice.seller, "NIP"));
      // A legal successor corrects invoices of its predecessor, named as Podmiot3 with the role 3.
      const successor = invoice.thirds.some(({ fields }) => textOf(first(fields, "Rola")) === "3");
      if (nip === undefined || successor) return [];
      return corrected(invoice).flatMap((fields) => {
        const at = first(fields, "NrKSeFFaKorygowanej");
        const number = textOf(at) ?? "";
        if (at === undefined || !ksefNumber.test(number) || number.startsWith(nip)) return [];
        return [
          {
            at,
            en: `The number ${number} is of another seller than ${nip}.`,
            pl: `Numer ${number} należy do innego sprzedawcy niż ${nip}.`,
          },
        ];
      });
    },
  },
  {
    code: "FA3-KOR-05",
    severity: "warning",
    title: "KSeF number: check digits",
    titlePl: "Numer KSeF: suma kontrolna",
    source: "ksef-docs, faktury/numer-ksef.md (CRC-8)",
    advice: "Copy the number from KSeF; a KSeF number with wrong check digits does not exist.",
    advicePl: "Skopiuj numer z KSeF; numer z błędną sumą kontrolną nie istnieje.",
    reads: ["NrKSeFFaKorygowanej", "NrKSeFFaZaliczkowej"],
    check: (invoice) =>
      references(invoice)
        .filter(({ number }) => !isKsefNumber(number))
        .map(({ at, number }) => ({
          at,
          en: `The check digits of the KSeF number ${number} are wrong.`,
          pl: `Numer KSeF ${number} ma błędną sumę kontrolną.`,
        })),
  },
  {
    code: "FA3-KOR-06",
    severity: "warning",
    title: "An invoice does not correct itself, nor one issued later",
    titlePl: "Faktura nie koryguje samej siebie ani faktury późniejszej",
    source: "art. 106j ust. 1-2 ustawy o VAT",
    advice: "Check the number and date in DaneFaKorygowanej.",
    advicePl: "Sprawdź numer i datę w DaneFaKorygowanej.",
    reads: ["P_1", "P_2", "NrFaKorygowanej", "DataWystFaKorygowanej"],
    check: (invoice) => {
      const number = textOf(first(invoice.fa, "P_2"));
      const issued = textOf(first(invoice.fa, "P_1"));
      return corrected(invoice).flatMap((fields) => {
        const same = first(fields, "NrFaKorygowanej");
        const date = first(fields, "DataWystFaKorygowanej");
        if (same !== undefined && textOf(same) === number)
          return [
            {
              at: same,
              en: `The corrected invoice has the own number ${number}.`,
              pl: `Faktura korygowana ma numer tej faktury: ${number}.`,
            },
          ];
        const then = textOf(date);
        if (date === undefined || then === undefined || issued === undefined || then <= issued) return [];
        return [
          {
            at: date,
            en: `The corrected invoice is of ${then}, later than P_1, ${issued}.`,
            pl: `Faktura korygowana jest z ${then}, później niż P_1 (${issued}).`,
          },
        ];
      });
    },
  },
  {
    code: "FA3-KOR-07",
    severity: "warning",
    title: "An invoice with a KSeF number is not marked as outside KSeF",
    titlePl: "Faktura z numerem KSeF nie jest oznaczona jako wystawiona poza KSeF",
    source: "FA(3) XSD, annotations of NrKSeF, NrKSeFN, NrKSeFZN",
    advice: "Put the KSeF number into its own field, or give the number the invoice was issued under.",
    advicePl:
      "Wpisz numer KSeF w przeznaczonym dla niego polu albo podaj numer nadany fakturze przez wystawcę.",
    reads: ["NrKSeFN", "NrKSeFZN", "NrFaKorygowanej", "NrFaZaliczkowej"],
    check: (invoice) => {
      const advances = invoice.fa.all("FakturaZaliczkowa").map(fieldsOf);
      return [...corrected(invoice), ...advances].flatMap((fields) => {
        const at = first(fields, "NrFaKorygowanej") ?? first(fields, "NrFaZaliczkowej");
        const outside = says(fields, "NrKSeFN") || says(fields, "NrKSeFZN");
        if (at === undefined || !outside || !ksefNumber.test(textOf(at) ?? "")) return [];
        return [
          {
            at,
            en: `${at.name} holds a KSeF number, but the invoice is marked as issued outside KSeF.`,
            pl: `${at.name} zawiera numer KSeF, a faktura jest oznaczona jako wystawiona poza KSeF.`,
          },
        ];
      });
    },
  },
  {
    code: "FA3-KOR-08",
    severity: "warning",
    title: "The correction of an advance or final invoice states the payment before it",
    titlePl: "Korekta faktury zaliczkowej lub rozliczeniowej podaje kwotę sprzed korekty",
    source: "FA(3) XSD, annotation of P_15ZK",
    advice: "Add P_15ZK.",
    advicePl: "Dodaj P_15ZK.",
    reads: ["RodzajFaktury", "P_15ZK"],
    check: ({ fa, kind }) => {
      const at = first(fa, "RodzajFaktury");
      if (at === undefined || !["KOR_ZAL", "KOR_ROZ"].includes(kind) || fa.has("P_15ZK")) return [];
      return [
        {
          at,
          en: `The kind is ${kind}, but P_15ZK is missing.`,
          pl: `Rodzaj faktury to ${kind}, a brakuje P_15ZK.`,
        },
      ];
    },
  },
];
