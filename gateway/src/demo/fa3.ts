/**
 * FA(3) XML of the demo's invoices, written directly in the Ministry's terms; their order is that of the schema.
 * Source: schemat_FA(3)_v1-0E.xsd.
 */

/** P_12: the VAT rate in percent, or the reason why there is none. */
export type Rate = 23 | 8 | 5 | "0 WDT" | "zw" | "np II";

/** Amounts here and below are whole hundredths: 1999 is 19.99. */
export interface Line {
  name: string;
  unit: string;
  quantity: number;
  price: number;
  rate: Rate;
}

/** Sum of the net amounts under one rate, with its VAT. */
export interface Total {
  rate: Rate;
  net: number;
  vat: number;
}

export interface Party {
  id: { nip: string } | { country: string; vatNumber: string };
  /** Absent on a simplified invoice, which knows its buyer by the NIP alone. */
  details?: { name: string; country: string; street: string; city: string };
}

export interface Draft {
  kind: "VAT" | "ZAL" | "ROZ" | "KOR" | "UPR";
  number: string;
  /** `YYYY-MM-DD`, as all dates here. */
  issueDate: string;
  currency: "PLN" | "EUR";
  seller: Party;
  buyer: Party;
  totals: Total[];
  lines: Line[];
  /** Of a correction: what was wrong with which invoice, and its lines as they were before. */
  corrects?: { reason: string; issueDate: string; number: string; ksefNumber: string; lines: Line[] };
  /** Of a settling invoice: the KSeF number of the advance. */
  settles?: string;
  /** Of an advance: what was ordered. */
  order?: Line[];
  /** Why `zw` applies. */
  exemption?: string;
  payment?: { paidOn: string } | { dueOn: string; account: string };
  note?: string;
}

export function invoiceXml(draft: Draft): string {
  const { seller, buyer } = draft;
  const prefix = "vatNumber" in buyer.id ? text("PrefiksPodatnika", "PL") : "";
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<Faktura xmlns="http://crd.gov.pl/wzor/2025/06/25/13775/">',
    group(
      "Naglowek",
      '<KodFormularza kodSystemowy="FA (3)" wersjaSchemy="1-0E">FA</KodFormularza>',
      text("WariantFormularza", "3"),
      text("DataWytworzeniaFa", `${draft.issueDate}T00:00:00Z`),
      text("SystemInfo", "KSeF Hub demo"),
    ),
    group("Podmiot1", prefix, party(seller)),
    group("Podmiot2", party(buyer), text("JST", "2"), text("GV", "2")),
    content(draft),
    draft.note === undefined ? "" : group("Stopka", group("Informacje", text("StopkaFaktury", draft.note))),
    "</Faktura>\n",
  ].join("\n");
}

/** Net of a line: its quantities are whole, so nothing is rounded. */
export const netOf = ({ quantity, price }: Line): number => quantity * price;

/** One total per rate, VAT worked out from the sum of the net amounts. */
export function totalsOf(lines: Line[]): Total[] {
  return [...Map.groupBy(lines, ({ rate }) => rate)].map(([rate, group]) => {
    const net = group.reduce((sum, line) => sum + netOf(line), 0);
    return { rate, net, vat: vatOf(net, rate) };
  });
}

/** The amount in hundredths as the schema writes it: `-12.50`. */
export const amount = (hundredths: number): string => (hundredths / 100).toFixed(2);

/** Where the net amounts and the VAT of a rate are summed up. */
const fields: [Rate, string, string?][] = [
  [23, "P_13_1", "P_14_1"],
  [8, "P_13_2", "P_14_2"],
  [5, "P_13_3", "P_14_3"],
  ["0 WDT", "P_13_6_2"],
  ["zw", "P_13_7"],
  ["np II", "P_13_9"],
];

function content(draft: Draft): string {
  const { kind, totals, corrects, settles, order, payment } = draft;
  return group(
    "Fa",
    text("KodWaluty", draft.currency),
    text("P_1", draft.issueDate),
    text("P_1M", "Gdańsk"),
    text("P_2", draft.number),
    text("P_6", draft.issueDate),
    ...fields.flatMap(([rate, net, vat]) => {
      const total = totals.find((candidate) => candidate.rate === rate);
      if (total === undefined) return [];
      return [text(net, amount(total.net)), vat === undefined ? "" : text(vat, amount(total.vat))];
    }),
    text("P_15", amount(totals.reduce((sum, { net, vat }) => sum + net + vat, 0))),
    annotations(draft),
    text("RodzajFaktury", kind),
    corrects === undefined ? "" : correction(corrects),
    settles === undefined ? "" : group("FakturaZaliczkowa", text("NrKSeFFaZaliczkowej", settles)),
    ...(corrects?.lines ?? []).map((line, index) => row(line, index + 1, text("StanPrzed", "1"))),
    ...draft.lines.map((line, index) => (kind === "UPR" ? nameOnly(line, index + 1) : row(line, index + 1))),
    payment === undefined ? "" : paymentOf(payment),
    order === undefined ? "" : orderOf(order),
  );
}

function annotations({ totals, exemption }: Draft): string {
  const reverseCharge = totals.some(({ rate }) => rate === "np II");
  return group(
    "Adnotacje",
    text("P_16", "2"),
    text("P_17", "2"),
    text("P_18", reverseCharge ? "1" : "2"),
    text("P_18A", "2"),
    exemption === undefined
      ? group("Zwolnienie", text("P_19N", "1"))
      : group("Zwolnienie", text("P_19", "1"), text("P_19A", exemption)),
    group("NoweSrodkiTransportu", text("P_22N", "1")),
    text("P_23", "2"),
    group("PMarzy", text("P_PMarzyN", "1")),
  );
}

function correction({ reason, issueDate, number, ksefNumber }: NonNullable<Draft["corrects"]>): string {
  return [
    text("PrzyczynaKorekty", reason),
    // 2: it takes effect on the date of the correction.
    text("TypKorekty", "2"),
    group(
      "DaneFaKorygowanej",
      text("DataWystFaKorygowanej", issueDate),
      text("NrFaKorygowanej", number),
      text("NrKSeF", "1"),
      text("NrKSeFFaKorygowanej", ksefNumber),
    ),
  ].join("");
}

function row(line: Line, number: number, more = ""): string {
  return group(
    "FaWiersz",
    text("NrWierszaFa", String(number)),
    text("P_7", line.name),
    text("P_8A", line.unit),
    text("P_8B", String(line.quantity)),
    text("P_9A", amount(line.price)),
    text("P_11", amount(netOf(line))),
    text("P_12", String(line.rate)),
    more,
  );
}

/** Art. 106e ust. 5 pkt 3: a simplified invoice names what was sold and leaves the rest out. */
const nameOnly = ({ name }: Line, number: number): string =>
  group("FaWiersz", text("NrWierszaFa", String(number)), text("P_7", name));

function paymentOf(payment: NonNullable<Draft["payment"]>): string {
  const transfer = text("FormaPlatnosci", "6");
  if ("paidOn" in payment)
    return group("Platnosc", text("Zaplacono", "1"), text("DataZaplaty", payment.paidOn), transfer);
  const account = group("RachunekBankowy", text("NrRB", payment.account));
  return group("Platnosc", group("TerminPlatnosci", text("Termin", payment.dueOn)), transfer, account);
}

function orderOf(lines: Line[]): string {
  const gross = totalsOf(lines).reduce((sum, { net, vat }) => sum + net + vat, 0);
  const rows = lines.map((line, index) =>
    group(
      "ZamowienieWiersz",
      text("NrWierszaZam", String(index + 1)),
      text("P_7Z", line.name),
      text("P_8AZ", line.unit),
      text("P_8BZ", String(line.quantity)),
      text("P_9AZ", amount(line.price)),
      text("P_11NettoZ", amount(netOf(line))),
      text("P_11VatZ", amount(vatOf(netOf(line), line.rate))),
      text("P_12Z", String(line.rate)),
    ),
  );
  return group("Zamowienie", text("WartoscZamowienia", amount(gross)), ...rows);
}

function party({ id, details }: Party): string {
  const numbers =
    "nip" in id ? text("NIP", id.nip) : text("KodUE", id.country) + text("NrVatUE", id.vatNumber);
  if (details === undefined) return group("DaneIdentyfikacyjne", numbers);
  const { name, country, street, city } = details;
  const address = [text("KodKraju", country), text("AdresL1", street), text("AdresL2", city)];
  return group("DaneIdentyfikacyjne", numbers, text("Nazwa", name)) + group("Adres", ...address);
}

const vatOf = (net: number, rate: Rate): number =>
  typeof rate === "number" ? Math.round((net * rate) / 100) : 0;

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

const text = (name: string, value: string): string =>
  `<${name}>${value.replaceAll(/[&<>"]/g, (character) => entities[character] ?? "")}</${name}>`;

const group = (name: string, ...children: string[]): string => `<${name}>${children.join("")}</${name}>`;
