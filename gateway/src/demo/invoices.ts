import { invoiceXml, totalsOf, type Draft, type Line, type Party, type Total } from "./fa3.ts";

export interface DemoInvoice {
  /** P_2, unique as long as the series is. */
  number: string;
  /** Number of the invoice this one corrects or settles: it goes to KSeF first, and its KSeF number goes into this XML. */
  follows?: string;
  /** The FA(3) document; `ksefNumber` is that of the invoice it follows. */
  xml: (ksefNumber?: string) => string;
}

export interface DemoSeries {
  /** NIP of the seller. */
  nip: string;
  /** P_1, `YYYY-MM-DD`. */
  issueDate: string;
  /** Part of every number. */
  series: string;
}

/**
 * A day in the life of a coffee roaster, as FA(3): two rates, an exemption, an intra-EU delivery, a service abroad,
 * a simplified invoice, an advance and its settlement, a correction. All companies in it are made up.
 */
export function demoInvoices({ nip, issueDate, series }: DemoSeries): DemoInvoice[] {
  const seller: Party = { id: { nip }, details: roastery };
  const common = {
    issueDate,
    seller,
    currency: "PLN",
    payment: { dueOn: days(issueDate, 14), account },
  } as const;
  const numbered = (name: string) => `${name}/${series}`;
  const first = numbered("FV1");
  const advance = numbered("ZAL");

  return [
    once({
      ...common,
      kind: "VAT",
      number: first,
      buyer: cafe,
      lines: delivery,
      totals: totalsOf(delivery),
      note: "Dziękujemy za zakupy & zapraszamy ponownie.",
    }),
    once({
      ...common,
      kind: "VAT",
      number: numbered("FV2"),
      buyer: foundation,
      lines: training,
      totals: totalsOf(training),
      exemption: "art. 43 ust. 1 pkt 29 lit. c ustawy o podatku od towarów i usług",
    }),
    once({
      ...common,
      kind: "VAT",
      number: numbered("FV3"),
      currency: "EUR",
      buyer: wholesaler,
      lines: exported,
      totals: totalsOf(exported),
    }),
    once({
      ...common,
      kind: "VAT",
      number: numbered("FV4"),
      currency: "EUR",
      buyer: wholesaler,
      lines: advice,
      totals: totalsOf(advice),
      note: "Odwrotne obciążenie / reverse charge",
    }),
    once({
      ...common,
      kind: "UPR",
      number: numbered("FV5"),
      buyer: { id: { nip: "9990034510" } },
      lines: tasting,
      totals: totalsOf(tasting),
      payment: { paidOn: issueDate },
    }),
    once({
      ...common,
      kind: "ZAL",
      number: advance,
      buyer: hotel,
      lines: [],
      order: machine,
      totals: [paid],
      payment: { paidOn: issueDate },
    }),
    {
      number: numbered("ROZ"),
      follows: advance,
      xml: (settles) =>
        invoiceXml({
          ...common,
          kind: "ROZ",
          number: numbered("ROZ"),
          buyer: hotel,
          lines: machine,
          totals: difference(totalsOf(machine), [paid]),
          settles: needed(settles),
        }),
    },
    {
      number: numbered("KOR"),
      follows: first,
      xml: (ksefNumber) => {
        const { payment: _, ...unpaid } = common;
        return invoiceXml({
          ...unpaid,
          kind: "KOR",
          number: numbered("KOR"),
          buyer: cafe,
          lines: kept,
          totals: difference(totalsOf(kept), totalsOf(returned)),
          corrects: {
            reason: "Zwrot 2 kg kawy z uszkodzonym opakowaniem",
            issueDate,
            number: first,
            ksefNumber: needed(ksefNumber),
            lines: returned,
          },
        });
      },
    },
  ];
}

/** An invoice that follows no other. */
const once = (draft: Draft): DemoInvoice => ({ number: draft.number, xml: () => invoiceXml(draft) });

function needed(ksefNumber: string | undefined): string {
  if (ksefNumber === undefined) throw new TypeError("The KSeF number of the invoice it follows is needed.");
  return ksefNumber;
}

/** What is left of each rate. */
function difference(totals: Total[], less: Total[]): Total[] {
  return totals.map(({ rate, net, vat }) => {
    const other = less.find((candidate) => candidate.rate === rate);
    return { rate, net: net - (other?.net ?? 0), vat: vat - (other?.vat ?? 0) };
  });
}

function days(date: string, more: number): string {
  return new Date(Date.parse(date) + more * 24 * 3600_000).toISOString().slice(0, 10);
}

const roastery = {
  name: "Palarnia Kawy „Zmyślone Ziarno” sp. z o.o.",
  ...pl("ul. Wymyślona 7", "80-001 Gdańsk"),
};
/** Of a bank there is not; its check digits are right. */
const account = "63999900000000000012345678";

// Their NIPs have right check digits and begin with 999: there is no such tax office, so nobody has them.
const cafe: Party = {
  id: { nip: "9990001120" },
  details: { name: "Kawiarnia „Pod Urojonym Słońcem” s.c.", ...pl("ul. Bajkowa 12/3", "81-001 Gdynia") },
};
const foundation: Party = {
  id: { nip: "9990012359" },
  details: { name: "Fundacja „Nibylandia dla Zawodu”", ...pl("al. Nieistniejąca 1", "00-001 Warszawa") },
};
const wholesaler: Party = {
  id: { country: "DE", vatNumber: "999999999" },
  details: {
    name: "Phantasie & Söhne Kaffee GmbH",
    country: "DE",
    street: "Märchenstraße 5",
    city: "10999 Berlin",
  },
};
const hotel: Party = {
  id: { nip: "9990023475" },
  details: { name: "Hotel „Fikcja” Resort & SPA S.A.", ...pl("ul. Zmyślna 44", "84-100 Puck") },
};

function pl(street: string, city: string) {
  return { country: "PL", street, city };
}

const delivery: Line[] = [
  { name: "Kawa ziarnista „Etiopia Urojona”, 1 kg", unit: "szt.", quantity: 20, price: 89_90, rate: 23 },
  {
    name: "Filtry papierowe do kawy < 4 filiżanek, 100 szt.",
    unit: "opak.",
    quantity: 15,
    price: 14_20,
    rate: 23,
  },
  { name: "Ciastka owsiane, 1,5 kg", unit: "karton", quantity: 6, price: 54_00, rate: 5 },
];
const returned: Line[] = delivery.slice(0, 1);
const kept: Line[] = returned.map((line) => ({ ...line, quantity: line.quantity - 2 }));

const training: Line[] = [
  {
    name: "Szkolenie zawodowe „Barista, stopień I”, finansowane w całości ze środków publicznych",
    unit: "os.",
    quantity: 8,
    price: 650_00,
    rate: "zw",
  },
];
const exported: Line[] = [
  {
    name: "Kawa ziarnista „Brazylia Domniemana”, 1 kg",
    unit: "szt.",
    quantity: 300,
    price: 14_50,
    rate: "0 WDT",
  },
];
const advice: Line[] = [
  { name: "Projekt profilu palenia kawy", unit: "godz.", quantity: 12, price: 95_00, rate: "np II" },
];
const tasting: Line[] = [
  { name: "Degustacja kawy z poczęstunkiem", unit: "usł.", quantity: 1, price: 250_00, rate: 8 },
];
const machine: Line[] = [
  { name: "Ekspres ciśnieniowy „Miraż 2000”", unit: "szt.", quantity: 1, price: 12_400_00, rate: 23 },
  { name: "Montaż i uruchomienie ekspresu", unit: "usł.", quantity: 1, price: 800_00, rate: 23 },
];
/** The advance of 4,920.00 PLN gross. */
const paid: Total = { rate: 23, net: 4_000_00, vat: 920_00 };
