import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../src/index.ts";
import { sendBatch, sessionInvoices, zip, type BatchOptions } from "./batch-client.ts";
import { call, exceptionCode, login, sha256, type Answer, type Client } from "./client.ts";
import { invoiceXml } from "./invoice.ts";
import { virtualClock } from "./virtual-clock.ts";

type Status = Answer["json"]["status"];

const nip = "5265877635";
const seller = "7762811692";
const clock = virtualClock();
const metadata = "<MetaDane><ZKlucz>a</ZKlucz><ZWartosc>b</ZWartosc></MetaDane>";
const extra = `<Zalacznik><BlokDanych>${metadata}</BlokDanych></Zalacznik>`;
let sandbox: Sandbox;
let client: Client;

beforeAll(async () => {
  sandbox = await createSandbox({ clock, limits: "off" });
});

beforeEach(async () => {
  client = await login(sandbox, await sandbox.company(nip));
});

describe("an invoice with an attachment", () => {
  it("needs consent and a batch session, and may then have 3 MB", async () => {
    expect((await inBatch(invoiceXml({ extra })))[0]).toEqual({
      code: 410,
      description: "Nieprawidłowy zakres uprawnień",
      details: [`Sprzedawca ${nip} nie posiada zgody do wysyłania faktur z załącznikami`],
    });
    await consent(true);
    const sizes = [
      padded(invoiceXml({ extra }), 3_000_000),
      padded(invoiceXml({ extra }), 3_000_001),
      padded(invoiceXml(), 1_000_001),
    ];
    expect((await inBatch(...sizes)).map(({ code }) => code)).toEqual([200, 430, 430]);
    expect((await online(invoiceXml({ extra })))[0].code).toBe(415);
    await consent(false);
    expect((await inBatch(invoiceXml({ extra })))[0]!.code).toBe(410);
  });

  it("may be sent online as a technical correction", async () => {
    await consent(true);
    const wrong = invoiceXml({ extra: extra.replace("ZKlucz>b", "ZKlucz>") }).replace("<P_15>", "<P_15>x");
    await online(wrong, { offlineMode: true });
    const correction = { offlineMode: true, hashOfCorrectedInvoice: sha256(wrong) };
    expect((await online(invoiceXml({ extra }), correction))[0].code).toBe(200);
  });
});

describe("a technical correction", () => {
  it("replaces an offline invoice rejected in a batch session, once", async () => {
    const wrong = schemaFault(invoiceXml());
    await packageVerdicts(sandbox, client, [wrong], { offlineMode: true });
    const correction = { offlineMode: true, hashOfCorrectedInvoice: sha256(wrong) };
    const [verdict, invoice] = await online(invoiceXml(), correction);
    expect([verdict.code, invoice.invoicingMode]).toEqual([200, "Offline"]);
    expect(exceptionCode(await post(invoiceXml(), correction))).toBe(21166);
  });

  it("may be tried again when it was rejected itself", async () => {
    const wrong = schemaFault(invoiceXml());
    await online(wrong, { offlineMode: true });
    const correction = { offlineMode: true, hashOfCorrectedInvoice: sha256(wrong) };
    expect((await online(schemaFault(invoiceXml()), correction))[0].code).toBe(450);
    expect((await online(invoiceXml(), correction))[0].code).toBe(200);
  });

  it("is refused for an accepted invoice, one rejected for permissions, one not offline, and one never sent", async () => {
    const accepted = invoiceXml();
    await online(accepted, { offlineMode: true });
    const forbidden = invoiceXml({ sellerNip: seller });
    await online(forbidden, { offlineMode: true });
    const notOffline = schemaFault(invoiceXml());
    await online(notOffline);
    for (const original of [accepted, forbidden, notOffline, invoiceXml()]) {
      const correction = { offlineMode: true, hashOfCorrectedInvoice: sha256(original) };
      expect(exceptionCode(await post(invoiceXml(), correction))).toBe(21167);
    }
  });

  it("is refused while the original is processed, and when it is not offline itself", async () => {
    const wrong = schemaFault(invoiceXml());
    const session = await client.open();
    await client.send(session, wrong, { offlineMode: true });
    const correction = { offlineMode: true, hashOfCorrectedInvoice: sha256(wrong) };
    expect(exceptionCode(await post(invoiceXml(), correction))).toBe(21167);
    clock.pass(500);
    expect(exceptionCode(await post(invoiceXml(), { ...correction, offlineMode: false }))).toBe(21405);
    expect((await post(invoiceXml(), correction)).status).toBe(202);
  });

  it("can replace a duplicate whose day made it offline", async () => {
    const number = "FV/twice";
    await online(invoiceXml({ number }));
    const twice = invoiceXml({ number, issueDate: "2026-03-01" });
    expect((await online(twice))[0].code).toBe(440);
    const correction = { offlineMode: true, hashOfCorrectedInvoice: sha256(twice) };
    const corrected = invoiceXml({ number: "FV/once", issueDate: "2026-03-01" });
    expect((await online(corrected, correction))[0].code).toBe(200);
  });
});

describe("an invoice of another seller", () => {
  it("is taken from its buyer whom the seller let issue it", async () => {
    const selfInvoiced = (): string => buyer(invoiceXml({ sellerNip: seller }));
    expect((await online(selfInvoiced()))[0]).toEqual({
      code: 410,
      description: "Nieprawidłowy zakres uprawnień",
      details: ["Brak uprawnienia fakturowego"],
    });
    await authorize("SelfInvoicing");
    expect((await online(selfInvoiced()))[0].code).toBe(200);
    expect((await inBatch(selfInvoiced()))[0]!.code).toBe(200);
    expect((await online(invoiceXml({ sellerNip: seller })))[0].code).toBe(410);
  });

  it("is taken from the tax representative it names", async () => {
    expect((await online(naming("PodmiotUpowazniony", "3")))[0].code).toBe(410);
    await authorize("TaxRepresentative");
    expect((await online(naming("PodmiotUpowazniony", "3")))[0].code).toBe(200);
  });

  it("is taken from the bailiff it names", async () => {
    expect((await online(naming("PodmiotUpowazniony", "2")))[0].code).toBe(410);
    const bailiff = { nip, pesel: "30112206276", isBailiff: true, description: "Komornik" };
    expect((await call(sandbox, "POST", "/testdata/person", bailiff)).status).toBe(200);
    expect((await online(naming("PodmiotUpowazniony", "2")))[0].code).toBe(200);
  });

  it("is taken from the member of its VAT group that issues it", async () => {
    expect((await online(naming("Podmiot3", "9")))[0].code).toBe(410);
    const subunits = [{ subjectNip: nip, description: "Członek" }];
    const group = { subjectNip: seller, subjectType: "VatGroup", subunits, description: "Grupa" };
    expect((await call(sandbox, "POST", "/testdata/subject", group)).status).toBe(200);
    expect((await online(naming("Podmiot3", "9")))[0].code).toBe(200);
    expect((await online(naming("Podmiot3", "2")))[0].code).toBe(410);
  });
});

it("production judges the check digits of every NIP, the test environment of none", async () => {
  const production = await createSandbox({ clock, limits: "off", profile: "production" });
  const owner = await login(production, await production.company(nip));
  const good = (): string => invoiceXml().replace("<NIP>1111111111</NIP>", `<NIP>${seller}</NIP>`);
  const documents = [
    good(),
    invoiceXml().replace("<NIP>1111111111</NIP>", "<NIP>1111111112</NIP>"),
    good().replace("<Fa>", third("<NIP>1111111112</NIP>")),
    good().replace("<Fa>", third("<IDWew>1111111112-12345</IDWew>")),
    good().replace("<Fa>", third(`<IDWew>${seller}-12345</IDWew>`)),
  ];
  expect((await inBatch(...documents)).map(({ code }) => code)).toEqual([200, 200, 200, 200, 200]);
  const verdicts = await packageVerdicts(production, owner, documents);
  expect(verdicts.map(({ code }) => code)).toEqual([200, 450, 450, 450, 200]);
  expect(verdicts[1]!.details).toEqual(["Nieprawidłowa suma kontrolna numeru NIP 1111111112."]);
});

it("a number may be used again after the ten full years that follow its year", async () => {
  const codes: number[] = [];
  for (const issueDate of ["2015-12-31", "2016-01-01"]) {
    const old = invoiceXml({ number: `FV/${issueDate}`, issueDate });
    // The schema knows no document made that early.
    const xml = old.replace(/(?<=<DataWytworzeniaFa>)[^T]+/, "2026-03-02");
    codes.push(...(await inBatch(xml, xml)).map(({ code }) => code));
  }
  expect(codes).toEqual([200, 200, 200, 440]);
});

const inBatch = (...documents: string[]): Promise<Status[]> => packageVerdicts(sandbox, client, documents);

/** Sends documents in one package and waits for their verdicts. */
async function packageVerdicts(
  to: Sandbox,
  by: Client,
  documents: string[],
  options?: BatchOptions,
): Promise<Status[]> {
  const files = documents.map((xml, index): [string, string] => [`${index}.xml`, xml]);
  const reference = await sendBatch(to, by, await zip(files), options);
  clock.pass(500);
  return (await sessionInvoices(by, reference)).map(({ status }) => status);
}

/** Sends a document to a session of its own and waits for its verdict. */
async function online(xml: string, change?: Record<string, unknown>): Promise<[Status, Answer["json"]]> {
  const session = await client.open();
  const reference = await client.send(session, xml, change);
  clock.pass(500);
  const { json } = await client.invoice(session, reference);
  return [json.status, json];
}

async function post(xml: string, change: Record<string, unknown>): Promise<Answer> {
  const session = await client.open();
  return client.call("POST", `/sessions/online/${session.reference}/invoices`, {
    ...client.sendRequest(session, xml),
    ...change,
  });
}

async function consent(given: boolean): Promise<void> {
  const path = given ? "/testdata/attachment" : "/testdata/attachment/revoke";
  expect((await call(sandbox, "POST", path, { nip })).status).toBe(200);
}

async function authorize(permission: string): Promise<void> {
  const owner = await login(sandbox, await sandbox.company(seller));
  const answer = await owner.call("POST", "/permissions/authorizations/grants", {
    subjectIdentifier: { type: "Nip", value: nip },
    permission,
    description: "Umowa z 1 marca",
    subjectDetails: { fullName: "Nabywca sp. z o.o." },
  });
  expect(answer.status).toBe(202);
  clock.pass(1000);
}

const padded = (xml: string, size: number): string =>
  xml.replace("</Faktura>", `${" ".repeat(size - Buffer.byteLength(xml))}</Faktura>`);

const schemaFault = (xml: string): string => xml.replace("<P_15>", "<P_15>x");

const buyer = (xml: string): string =>
  xml.replace("<NIP>1111111111</NIP>", `<NIP>${nip}</NIP>`).replace("<P_17>2<", "<P_17>1<");

const third = (identifier: string): string =>
  `<Podmiot3><DaneIdentyfikacyjne>${identifier}<Nazwa>T</Nazwa></DaneIdentyfikacyjne><Rola>2</Rola></Podmiot3><Fa>`;

/** An invoice of another seller that names the company of the login in this role. */
function naming(party: "Podmiot3" | "PodmiotUpowazniony", role: string): string {
  const identity = `<DaneIdentyfikacyjne><NIP>${nip}</NIP><Nazwa>P</Nazwa></DaneIdentyfikacyjne>`;
  const address = "<Adres><KodKraju>PL</KodKraju><AdresL1>ul. Druga 2</AdresL1></Adres>";
  const roleName = party === "Podmiot3" ? "Rola" : "RolaPU";
  const named = `<${party}>${identity}${address}<${roleName}>${role}</${roleName}></${party}>`;
  return invoiceXml({ sellerNip: seller }).replace("<Fa>", `${named}<Fa>`);
}
