import type { Invoice } from "@ksef-hub/core";

export interface DemoInvoice {
  /** Unique as long as the series is. */
  number: string;
  /** Number of the invoice this one corrects or settles: it goes to KSeF first, and its KSeF number goes into this one. */
  follows?: string;
  /** `ksefNumber` is that of the invoice it follows. */
  invoice: (ksefNumber?: string) => Invoice;
}

export interface DemoSeries {
  /** NIP of the seller. */
  nip: string;
  /** `YYYY-MM-DD`. */
  issueDate: string;
  /** Part of every number. */
  series: string;
}

/**
 * A day in the life of a coffee roaster, in the hub's own model: two rates, an exemption, an intra-EU delivery, a
 * service abroad, a simplified invoice, an advance and its settlement, a correction. All companies in it are made up.
 */
export function demoInvoices({ nip, issueDate, series }: DemoSeries): DemoInvoice[] {
  const numbered = (name: string) => `${name}/${series}`;
  const common = { issueDate, seller: { nip, ...roastery } };
  const due: Invoice["payment"] = {
    terms: [{ date: days(issueDate, 14) }],
    form: "transfer",
    bankAccounts: [{ number: account }],
  };
  const paidNow: Invoice["payment"] = { paidOn: issueDate, form: "card" };
  const first = numbered("FV1");
  const advance = numbered("ZAL");

  return [
    once({
      ...common,
      number: first,
      buyer: cafe,
      lines: delivery,
      payment: due,
      footer: { texts: ["Dziękujemy za zakupy & zapraszamy ponownie."] },
    }),
    once({
      ...common,
      number: numbered("FV2"),
      buyer: foundation,
      lines: [training],
      payment: due,
      annotations: { exemption: { act: "art. 43 ust. 1 pkt 29 lit. c ustawy o VAT" } },
    }),
    once({
      ...common,
      seller: { ...common.seller, vatPrefix: "PL" },
      number: numbered("FV3"),
      currency: "EUR",
      buyer: wholesaler,
      lines: [exported],
      payment: due,
    }),
    once({
      ...common,
      seller: { ...common.seller, vatPrefix: "PL" },
      number: numbered("FV4"),
      currency: "EUR",
      buyer: wholesaler,
      lines: [advice],
      payment: due,
      annotations: { reverseCharge: true },
    }),
    once({
      ...common,
      kind: "UPR",
      number: numbered("FV5"),
      buyer: { nip: "9990034510" },
      lines: [tasting],
      payment: paidNow,
    }),
    once({
      ...common,
      kind: "ZAL",
      number: advance,
      buyer: hotel,
      order: { lines: machine },
      totals: { standard: { net: "4000.00", vat: "920.00" } },
      amountDue: "4920.00",
      payment: paidNow,
    }),
    {
      number: numbered("ROZ"),
      follows: advance,
      // 13,200.00 net and 3,036.00 VAT, less the advance.
      invoice: (ksefNumber) => ({
        ...common,
        kind: "ROZ",
        number: numbered("ROZ"),
        buyer: hotel,
        lines: machine,
        totals: { standard: { net: "9200.00", vat: "2116.00" } },
        amountDue: "11316.00",
        advanceInvoices: [{ ksefNumber: needed(ksefNumber) }],
        payment: due,
      }),
    },
    {
      number: numbered("KOR"),
      follows: first,
      invoice: (ksefNumber) => ({
        ...common,
        kind: "KOR",
        number: numbered("KOR"),
        buyer: cafe,
        lines: [
          { ...coffee, beforeCorrection: true },
          { ...coffee, quantity: "18" },
        ],
        correction: {
          reason: "Zwrot 2 kg kawy z uszkodzonym opakowaniem",
          correctedInvoices: [{ issueDate, number: first, ksefNumber: needed(ksefNumber) }],
        },
      }),
    },
  ];
}

/** An invoice that follows no other. */
const once = (invoice: Invoice): DemoInvoice => ({ number: invoice.number, invoice: () => invoice });

function needed(ksefNumber: string | undefined): string {
  if (ksefNumber === undefined) throw new TypeError("The KSeF number of the invoice it follows is needed.");
  return ksefNumber;
}

function days(date: string, more: number): string {
  return new Date(Date.parse(date) + more * 24 * 3600_000).toISOString().slice(0, 10);
}

const polish = (line1: string, line2: string) => ({ country: "PL", line1, line2 }) as const;

const roastery = {
  name: "Palarnia Kawy „Zmyślone Ziarno” sp. z o.o.",
  address: polish("ul. Wymyślona 7", "80-001 Gdańsk"),
};
/** Of a bank there is not; its check digits are right. */
const account = "63999900000000000012345678";

// Their NIPs have right check digits and begin with 999: there is no such tax office, so nobody has them.
const cafe: Invoice["buyer"] = {
  nip: "9990001120",
  name: "Kawiarnia „Pod Urojonym Słońcem” s.c.",
  address: polish("ul. Bajkowa 12/3", "81-001 Gdynia"),
};
const foundation: Invoice["buyer"] = {
  nip: "9990012359",
  name: "Fundacja „Nibylandia dla Zawodu”",
  address: polish("al. Nieistniejąca 1", "00-001 Warszawa"),
};
const wholesaler: Invoice["buyer"] = {
  euVat: { country: "DE", number: "999999999" },
  name: "Phantasie & Söhne Kaffee GmbH",
  address: { country: "DE", line1: "Märchenstraße 5", line2: "10999 Berlin" },
};
const hotel: Invoice["buyer"] = {
  nip: "9990023475",
  name: "Hotel „Fikcja” Resort & SPA S.A.",
  address: polish("ul. Zmyślna 44", "84-100 Puck"),
};

type Line = NonNullable<Invoice["lines"]>[number];

const coffee: Line = {
  name: "Kawa ziarnista „Etiopia Urojona”, 1 kg",
  unit: "szt.",
  quantity: "20",
  unitNetPrice: "89.90",
  rate: "23",
};
const delivery: Line[] = [
  coffee,
  {
    name: "Filtry papierowe do kawy < 4 filiżanek, 100 szt.",
    unit: "opak.",
    quantity: "15",
    unitNetPrice: "14.20",
    rate: "23",
  },
  { name: "Ciastka owsiane, 1,5 kg", unit: "karton", quantity: "6", unitNetPrice: "54.00", rate: "5" },
];
const training: Line = {
  name: "Szkolenie zawodowe „Barista, stopień I”, finansowane w całości ze środków publicznych",
  unit: "os.",
  quantity: "8",
  unitNetPrice: "650.00",
  rate: "zw",
};
const exported: Line = {
  name: "Kawa ziarnista „Brazylia Domniemana”, 1 kg",
  unit: "szt.",
  quantity: "300",
  unitNetPrice: "14.50",
  rate: "0 WDT",
};
const advice: Line = {
  name: "Projekt profilu palenia kawy",
  unit: "godz.",
  quantity: "12",
  unitNetPrice: "95.00",
  rate: "np II",
};
const tasting: Line = {
  name: "Degustacja kawy z poczęstunkiem",
  unit: "usł.",
  quantity: "1",
  unitNetPrice: "250.00",
  rate: "8",
};
const machine = [
  {
    name: "Ekspres ciśnieniowy „Miraż 2000”",
    unit: "szt.",
    quantity: "1",
    unitNetPrice: "12400.00",
    rate: "23",
  },
  { name: "Montaż i uruchomienie ekspresu", unit: "usł.", quantity: "1", unitNetPrice: "800.00", rate: "23" },
] satisfies Line[];
