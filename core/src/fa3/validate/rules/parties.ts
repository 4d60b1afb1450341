import type { XmlElement } from "../../../xml.ts";
import { Decimal, zero } from "../decimal.ts";
import { first, numberOf, textOf, type Facts } from "../facts.ts";
import type { Finding, Rule } from "../rule.ts";

/** A unit of the buyer's (a commune's unit, a member of a VAT group) sees the invoice only as a third party with a number. */
function unitMissing(invoice: Facts, marker: "JST" | "GV", role: string): Finding[] {
  const at = first(invoice.buyer, marker);
  if (at === undefined || textOf(at) !== "1") return [];
  const units = invoice.thirds.filter(({ fields }) => textOf(first(fields, "Rola")) === role);
  if (units.length === 0)
    return [
      {
        at,
        en: `${marker} is 1, but no Podmiot3 has the role ${role}.`,
        pl: `${marker} ma wartość 1, ale żaden Podmiot3 nie ma roli ${role}.`,
      },
    ];
  return units
    .filter(({ fields }) => !fields.has("NIP") && !fields.has("IDWew"))
    .map(({ element }) => ({
      at: element,
      en: `Podmiot3 with the role ${role} has neither NIP nor IDWew.`,
      pl: `Podmiot3 z rolą ${role} nie ma ani NIP, ani IDWew.`,
    }));
}

function markerMissing(invoice: Facts, marker: "JST" | "GV", role: string): Finding[] {
  const at: XmlElement | undefined = first(invoice.buyer, marker);
  if (at === undefined || textOf(at) !== "2") return [];
  if (!invoice.thirds.some(({ fields }) => textOf(first(fields, "Rola")) === role)) return [];
  return [
    {
      at,
      en: `A Podmiot3 has the role ${role}, but ${marker} is 2.`,
      pl: `Podmiot3 ma rolę ${role}, ale ${marker} ma wartość 2.`,
    },
  ];
}

const unit = (code: string, marker: "JST" | "GV", role: string, what: string, co: string): Rule => ({
  code,
  severity: "warning",
  title: `${marker}=1 needs a Podmiot3 with the role ${role} and its number`,
  titlePl: `${marker}=1 wymaga Podmiot3 z rolą ${role} i jego numerem`,
  source: `FA(3) XSD, annotation of Podmiot2/${marker}`,
  advice: `Add Podmiot3 with Rola ${role} and the NIP or IDWew of the ${what}; without it the ${what} cannot read the invoice.`,
  advicePl: `Dodaj Podmiot3 z rolą ${role} oraz NIP albo IDWew (${co}); inaczej ten podmiot nie zobaczy faktury.`,
  reads: [marker, "Podmiot3", "Rola", "NIP", "IDWew"],
  check: (invoice) => unitMissing(invoice, marker, role),
});

const marker = (code: string, name: "JST" | "GV", role: string): Rule => ({
  code,
  severity: "warning",
  title: `A Podmiot3 with the role ${role} needs ${name}=1`,
  titlePl: `Podmiot3 z rolą ${role} wymaga ${name}=1`,
  source: `FA(3) XSD, annotation of Podmiot2/${name}`,
  advice: `Set ${name} to 1, or correct the role of Podmiot3.`,
  advicePl: `Ustaw ${name} na 1 albo popraw rolę Podmiot3.`,
  reads: [name, "Podmiot3", "Rola"],
  check: (invoice) => markerMissing(invoice, name, role),
});

/** 100%. */
const whole = new Decimal(100);

/** Third parties and what the buyer's markers promise about them. */
export const partyRules: Rule[] = [
  unit("FA3-JST-01", "JST", "8", "unit", "jednostka podrzędna JST"),
  marker("FA3-JST-02", "JST", "8"),
  unit("FA3-GV-01", "GV", "10", "group member", "członek grupy VAT"),
  marker("FA3-GV-02", "GV", "10"),
  {
    code: "FA3-SHARE-01",
    severity: "warning",
    title: "Shares of the additional buyers do not exceed 100%",
    titlePl: "Udziały dodatkowych nabywców nie przekraczają 100%",
    source: "FA(3) XSD, annotation of Podmiot3/Udzial",
    advice: "Correct Udzial: what is left up to 100% belongs to Podmiot2.",
    advicePl: "Popraw Udzial: reszta do 100% należy do nabywcy z Podmiot2.",
    reads: ["Udzial"],
    check: ({ thirds }) => {
      const shares = thirds.filter(({ fields }) => fields.has("Udzial"));
      const at = shares.at(-1);
      if (at === undefined) return [];
      const sum = shares.reduce(
        (total, { fields }) => total.plus(numberOf(first(fields, "Udzial")) ?? zero),
        zero,
      );
      if (sum.compare(whole) <= 0) return [];
      const share = first(at.fields, "Udzial") ?? at.element;
      return [
        {
          at: share,
          en: `The shares add up to ${sum.toString()}%.`,
          pl: `Udziały sumują się do ${sum.toString()}%.`,
        },
      ];
    },
  },
  {
    code: "FA3-WDT-01",
    severity: "warning",
    title: "Intra-Community supply: the buyer has an EU VAT number, not a Polish NIP",
    titlePl: "WDT: nabywca ma numer VAT UE, a nie polski NIP",
    source: "art. 42 ust. 1 pkt 1 i art. 106e ust. 1 pkt 24 ustawy o VAT",
    advice: "Give the buyer's KodUE and NrVatUE, or use another rate.",
    advicePl: "Podaj KodUE i NrVatUE nabywcy albo zastosuj inną stawkę.",
    reads: ["P_12", "P_13_6_2", "NIP", "KodUE", "NrVatUE"],
    check: (invoice) => {
      const at = saleAt(invoice, "0 WDT", "P_13_6_2");
      if (
        at === undefined ||
        (invoice.buyer.has("NrVatUE") && textOf(first(invoice.buyer, "KodUE")) !== "PL")
      )
        return [];
      const nip = invoice.buyer.has("NIP");
      return [
        {
          at: first(invoice.buyer, "NIP") ?? at,
          en: nip
            ? "The supply is intra-Community, but the buyer has a Polish NIP."
            : "The supply is intra-Community, but the buyer has no EU VAT number.",
          pl: nip
            ? "Sprzedaż jest WDT, a nabywca ma polski NIP."
            : "Sprzedaż jest WDT, a nabywca nie ma numeru VAT UE.",
        },
      ];
    },
  },
  {
    code: "FA3-WDT-02",
    severity: "warning",
    title: "Intra-Community supply: the seller gives the prefix PL",
    titlePl: "WDT: sprzedawca podaje prefiks PL",
    source: "art. 106e ust. 1 pkt 24 w zw. z art. 97 ust. 10 ustawy o VAT; FA(3) XSD, PrefiksPodatnika",
    advice: "Add PrefiksPodatnika PL at the start of Podmiot1.",
    advicePl: "Dodaj PrefiksPodatnika o wartości PL na początku Podmiot1.",
    reads: ["P_12", "P_13_6_2", "PrefiksPodatnika"],
    check: (invoice) => {
      const at = saleAt(invoice, "0 WDT", "P_13_6_2");
      if (at === undefined || invoice.seller.has("PrefiksPodatnika")) return [];
      return [
        {
          at,
          en: "The supply is intra-Community, but Podmiot1 has no PrefiksPodatnika.",
          pl: "Sprzedaż jest WDT, a w Podmiot1 brakuje PrefiksPodatnika.",
        },
      ];
    },
  },
  {
    code: "FA3-EXP-01",
    severity: "warning",
    title: "Export: the buyer usually has no Polish NIP",
    titlePl: "Eksport: nabywca zwykle nie ma polskiego NIP",
    source: "art. 2 pkt 8 i art. 41 ust. 4 ustawy o VAT",
    advice: "Check the rate 0 EX, or identify the buyer by KodKraju and NrID.",
    advicePl: "Sprawdź stawkę 0 EX albo podaj KodKraju i NrID nabywcy.",
    reads: ["P_12", "P_13_6_3", "NIP"],
    check: (invoice) => {
      const at = first(invoice.buyer, "NIP");
      if (at === undefined || saleAt(invoice, "0 EX", "P_13_6_3") === undefined) return [];
      return [
        {
          at,
          en: "The sale is an export, but the buyer has a Polish NIP.",
          pl: "Sprzedaż jest eksportem, a nabywca ma polski NIP.",
        },
      ];
    },
  },
];

/** Where the invoice shows a sale of this kind: the rate of a line, or the total. */
const saleAt = ({ rates, fa }: Facts, rate: string, total: string): XmlElement | undefined =>
  rates.get(rate) ?? first(fa, total);
