import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../src/index.ts";
import { login, sha256, type Client } from "./client.ts";
import { invoiceXml } from "./invoice.ts";
import { filters, find } from "./reader.ts";
import { virtualClock } from "./virtual-clock.ts";

const clock = virtualClock();
let sandbox: Sandbox;
let client: Client;
beforeAll(async () => {
  const processing = { acceptedMs: 1000, processingMs: 2000, storageMs: 4000 };
  sandbox = await createSandbox({ clock, limits: "off", processing });
  client = await login(sandbox, await sandbox.company("5265877635"));
});
afterAll(() => sandbox.close());

describe("metadata of an invoice", () => {
  it("has everything InvoiceMetadata has", async () => {
    const xml = invoiceXml({ number: "FV/całość", sellerName: "Sprzedawca &amp; Syn" });
    const { ksefNumber } = await sandbox.deliver(Buffer.from(xml));
    clock.pass(7000);
    expect(await metadata(ksefNumber)).toEqual({
      ksefNumber,
      invoiceNumber: "FV/całość",
      issueDate: "2026-03-02",
      invoicingDate: "2026-03-02T11:00:00.000+00:00",
      acquisitionDate: "2026-03-02T11:00:03.000+00:00",
      permanentStorageDate: "2026-03-02T11:00:07.000+00:00",
      seller: { nip: "5265877635", name: "Sprzedawca & Syn" },
      buyer: { identifier: { type: "Nip", value: "1111111111" }, name: "Nabywca" },
      netAmount: 100,
      grossAmount: 123,
      vatAmount: 23,
      currency: "PLN",
      invoicingMode: "Online",
      invoiceType: "Vat",
      formCode: { systemCode: "FA (3)", schemaVersion: "1-0E", value: "FA" },
      isSelfInvoicing: false,
      hasAttachment: false,
      invoiceHash: sha256(xml),
      thirdSubjects: [],
    });
  });

  it.each([
    ["<KodUE>DE</KodUE><NrVatUE>123456789</NrVatUE>", { type: "VatUe", value: "DE123456789" }],
    ["<KodKraju>US</KodKraju><NrID>12-3456789</NrID>", { type: "Other", value: "12-3456789" }],
    ["<BrakID>1</BrakID>", { type: "None" }],
  ])("names a buyer with %s", async (identification, identifier) => {
    const xml = invoiceXml().replace("<NIP>1111111111</NIP>", identification);
    expect(await delivered(xml)).toMatchObject({ buyer: { identifier, name: "Nabywca" } });
  });

  it("names third subjects with their roles, and who is authorized", async () => {
    const subjects = [
      third("<NIP>2222222222</NIP><Nazwa>Faktor</Nazwa>", "<Rola>1</Rola>"),
      third("<IDWew>1111111111-12345</IDWew>", "<Rola>2</Rola>"),
      third(
        "<KodUE>CZ</KodUE><NrVatUE>12345678</NrVatUE>",
        "<RolaInna>1</RolaInna><OpisRoli>Dostawca</OpisRoli>",
      ),
      third("<KodKraju>US</KodKraju><NrID>7</NrID>", "<Rola>4</Rola>"),
      third("<BrakID>1</BrakID><Nazwa>Pracownik</Nazwa>", "<Rola>11</Rola>"),
      "<PodmiotUpowazniony><DaneIdentyfikacyjne><NIP>3333333333</NIP><Nazwa>Przedstawiciel</Nazwa></DaneIdentyfikacyjne>",
      "<Adres><KodKraju>PL</KodKraju><AdresL1>ul. Druga 2</AdresL1></Adres><RolaPU>3</RolaPU></PodmiotUpowazniony>",
    ];
    const xml = invoiceXml().replace("  <Fa>", `${subjects.join("")}<Fa>`);
    expect(await delivered(xml)).toMatchObject({
      thirdSubjects: [
        { identifier: { type: "Nip", value: "2222222222" }, name: "Faktor", role: 1 },
        { identifier: { type: "InternalId", value: "1111111111-12345" }, role: 2 },
        { identifier: { type: "VatUe", value: "CZ12345678" }, role: 0 },
        { identifier: { type: "Other", value: "7" }, role: 4 },
        { identifier: { type: "None" }, name: "Pracownik", role: 11 },
      ],
      authorizedSubject: { nip: "3333333333", name: "Przedstawiciel", role: 3 },
    });
  });

  it("adds up all rates, and gives VAT in PLN when the currency is another", async () => {
    const totals = [
      "<P_13_1>1000.10</P_13_1><P_14_1>230.02</P_14_1><P_14_1W>989.11</P_14_1W>",
      "<P_13_2>0.20</P_13_2><P_14_2>0.02</P_14_2><P_14_2W>0.09</P_14_2W><P_13_7>5</P_13_7>",
    ].join("");
    const xml = invoiceXml()
      .replace(/<P_13_1>.*<\/P_14_1>/s, totals)
      .replace("123.00</P_15>", "1235.34</P_15>");
    expect(await delivered(xml.replace("<KodWaluty>PLN", "<KodWaluty>EUR"))).toMatchObject({
      netAmount: 1005.3,
      grossAmount: 1235.34,
      vatAmount: 989.2,
      currency: "EUR",
    });
    const another = xml.replaceAll(/<P_14_\dW>.*?<\/P_14_\dW>/g, "").replace(/<P_2>/, "<P_2>PLN ");
    expect(await delivered(another)).toMatchObject({ vatAmount: 230.04, currency: "PLN" });
  });

  it("of a correction may be below zero", async () => {
    const correction = [
      "<RodzajFaktury>KOR</RodzajFaktury><DaneFaKorygowanej>",
      "<DataWystFaKorygowanej>2026-03-01</DataWystFaKorygowanej><NrFaKorygowanej>FV/0</NrFaKorygowanej><NrKSeFN>1</NrKSeFN>",
      "</DaneFaKorygowanej>",
    ].join("");
    const xml = invoiceXml()
      .replace("<RodzajFaktury>VAT</RodzajFaktury>", correction)
      .replace(">100.00</P_13_1>", ">-0.05</P_13_1>")
      .replace(">23.00</P_14_1>", ">-0.01</P_14_1>")
      .replace(">123.00</P_15>", ">-0.06</P_15>");
    expect(await delivered(xml)).toMatchObject({
      invoiceType: "Kor",
      netAmount: -0.05,
      vatAmount: -0.01,
      grossAmount: -0.06,
    });
  });

  it("says what was self-invoiced, and what the structure is", async () => {
    const xml = invoiceXml()
      .replace("<P_17>2", "<P_17>1")
      .replace("2025/06/25/13775/", "2023/06/29/12648/")
      .replace('"FA (3)"', '"FA (2)"')
      .replace("<WariantFormularza>3", "<WariantFormularza>2")
      .replace(/<JST>.*<\/GV>/s, "");
    expect(await delivered(xml)).toMatchObject({
      isSelfInvoicing: true,
      formCode: { systemCode: "FA (2)", schemaVersion: "1-0E", value: "FA" },
    });
  });

  it("has the hash of the rejected invoice a technical correction replaces", async () => {
    const session = await client.open();
    const bad = invoiceXml({ kind: "NONE" });
    await client.send(session, bad, { offlineMode: true });
    clock.pass(3000);
    const good = invoiceXml({ number: "FV/korekta techniczna" });
    await client.send(session, good, { offlineMode: true, hashOfCorrectedInvoice: sha256(bad) });
    clock.pass(7000);
    const { invoices } = await find(client, filters({ invoiceNumber: "FV/korekta techniczna" }));
    expect(invoices).toMatchObject([{ invoicingMode: "Offline", hashOfCorrectedInvoice: sha256(bad) }]);
  });
});

const third = (identification: string, role: string): string =>
  `<Podmiot3><DaneIdentyfikacyjne>${identification}</DaneIdentyfikacyjne>${role}</Podmiot3>`;

async function delivered(xml: string): Promise<unknown> {
  const { ksefNumber } = await sandbox.deliver(Buffer.from(xml));
  clock.pass(7000);
  return metadata(ksefNumber);
}

async function metadata(ksefNumber: string): Promise<unknown> {
  const { invoices } = await find(client, filters({ ksefNumber }));
  expect(invoices).toHaveLength(1);
  return invoices[0];
}
