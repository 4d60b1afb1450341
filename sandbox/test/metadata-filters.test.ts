import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../src/index.ts";
import { exceptionCode, login, type Client } from "./client.ts";
import { invoiceXml } from "./invoice.ts";
import { ask, filters, find, numbers } from "./reader.ts";
import { virtualClock } from "./virtual-clock.ts";

const clock = virtualClock();
let sandbox: Sandbox;
let client: Client;
beforeAll(async () => {
  const processing = { acceptedMs: 0, processingMs: 1000, storageMs: 1000 };
  sandbox = await createSandbox({ clock, limits: "off", processing });
  client = await login(sandbox, await sandbox.company("5265877635"));
  await send("plain");
  await send("foreign", (xml) =>
    xml
      .replace("<NIP>1111111111</NIP>", "<KodUE>DE</KodUE><NrVatUE>123456789</NrVatUE>")
      .replace("PLN</KodWaluty>", "EUR</KodWaluty>")
      .replace("23.00</P_14_1>", "23.00</P_14_1><P_14_1W>98.90</P_14_1W>"),
  );
  await send("own", (xml) =>
    xml
      .replace("<P_17>2", "<P_17>1")
      .replace("1111111111", "2222222222")
      .replace(">100.00</P_13_1>", ">200.00</P_13_1>")
      .replace(">123.00</P_15>", ">223.00</P_15>"),
  );
  await send("nobody", (xml) => xml.replace("<NIP>1111111111</NIP>", "<BrakID>1</BrakID>"), "2026-03-01");
  await send("simple", (xml) => xml.replace(">VAT<", ">UPR<"));
  clock.pass(2000);
});
afterAll(() => sandbox.close());

const send = (number: string, change: (xml: string) => string = (xml) => xml, issueDate = "2026-03-02") =>
  sandbox.deliver(Buffer.from(change(invoiceXml({ number, issueDate }))));

describe("a filter", () => {
  it.each<[Record<string, unknown>, string[]]>([
    [{}, ["plain", "foreign", "own", "nobody", "simple"]],
    [{ invoiceNumber: "own" }, ["own"]],
    [{ invoiceNumber: "ow" }, []],
    [{ sellerNip: "5265877635", invoiceNumber: null }, ["plain", "foreign", "own", "nobody", "simple"]],
    [{ sellerNip: "1111111111" }, []],
    [{ buyerIdentifier: { type: "Nip", value: "2222222222" } }, ["own"]],
    [{ buyerIdentifier: { type: "VatUe", value: "DE123456789" } }, ["foreign"]],
    [{ buyerIdentifier: { type: "VatUe", value: "DE987654321" } }, []],
    [{ buyerIdentifier: { type: "None" } }, ["nobody"]],
    [{ amount: { type: "Brutto", from: 123.01 } }, ["own"]],
    [{ amount: { type: "Netto", from: 200, to: 200 } }, ["own"]],
    [{ amount: { type: "Netto", to: 199.99 } }, ["plain", "foreign", "nobody", "simple"]],
    [{ amount: { type: "Vat", from: 98.9 } }, ["foreign"]],
    [{ currencyCodes: ["EUR", "USD"] }, ["foreign"]],
    [{ currencyCodes: [] }, ["plain", "foreign", "own", "nobody", "simple"]],
    [{ invoicingMode: "Offline" }, ["nobody"]],
    [{ invoicingMode: "Online" }, ["plain", "foreign", "own", "simple"]],
    [{ isSelfInvoicing: true }, ["own"]],
    [{ isSelfInvoicing: false }, ["plain", "foreign", "nobody", "simple"]],
    [{ formType: "FA" }, ["plain", "foreign", "own", "nobody", "simple"]],
    [{ formType: "FA_RR" }, []],
    [{ invoiceTypes: ["Upr", "Kor"] }, ["simple"]],
    [{ hasAttachment: true }, []],
    [{ hasAttachment: false, isSelfInvoicing: true, currencyCodes: ["PLN"] }, ["own"]],
  ])("%j finds %j", async (change, expected) => {
    expect(numbers(await find(client, filters(change)))).toEqual(expected);
  });

  it("by KSeF number finds that one, in the given role and range only", async () => {
    const { invoices } = await find(client, filters({ invoiceNumber: "own" }));
    const { ksefNumber } = invoices[0]!;
    expect(numbers(await find(client, filters({ ksefNumber })))).toEqual(["own"]);
    expect(numbers(await find(client, filters({ ksefNumber, subjectType: "Subject2" })))).toEqual([]);
    const dateRange = { from: "2026-03-02T11:00:03Z" };
    expect(numbers(await find(client, filters({ ksefNumber, dateRange })))).toEqual([]);
  });

  it.each<[Record<string, unknown>]>([
    [{ subjectType: "Subject4" }],
    [{ subjectType: undefined }],
    [{ amount: { from: 1 } }],
    [{ buyerIdentifier: { value: "1111111111" } }],
    [{ ksefNumber: "5265877635" }],
    [{ invoiceTypes: ["VAT"] }],
    [{ dateRange: { dateType: "Hidden" } }],
    [{ dateRange: { from: undefined } }],
    [{ dateRange: { from: "yesterday" } }],
    [{ dateRange: { from: "2026-13-01T00:00:00" } }],
  ])("is refused: %j", async (change) => {
    expect(exceptionCode(await ask(client, filters(change)))).toBe(21405);
  });
});

describe("the range of dates", () => {
  // The examples of ksef-api issue 507 and of the official C# client's tests.
  it.each([
    ["2026-01-01T13:00:00Z", "2026-04-01T13:00:00Z"],
    ["2025-11-30T00:00:00Z", "2026-02-28T00:00:00Z"],
    // On the clocks in Warsaw, which went back in between: an hour more in UTC.
    ["2025-09-01T00:00:00+02:00", "2025-12-01T00:00:00+01:00"],
    ["2026-01-15T12:00:00Z", "2026-04-15T12:00:00Z"],
    ["2025-12-02T11:00:02Z", undefined],
  ])("may be three months in UTC or in Warsaw: from %s to %s", async (from, to) => {
    expect((await ask(client, filters({ dateRange: { from, to } }))).status).toBe(200);
  });

  it.each([
    ["2026-01-01T13:00:00Z", "2026-04-01T13:00:00.0001Z"],
    ["2025-11-30T00:00:00Z", "2026-02-28T00:00:01Z"],
    ["2026-01-15T12:00:00Z", "2026-04-15T12:00:01Z"],
    ["2025-12-02T11:00:01Z", undefined],
    ["2026-03-02T11:00:00Z", "2026-03-02T10:59:59Z"],
  ])("may not be longer, nor end before it begins: from %s to %s", async (from, to) => {
    expect(exceptionCode(await ask(client, filters({ dateRange: { from, to } })))).toBe(21405);
  });
});
