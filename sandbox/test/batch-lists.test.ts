import { beforeEach, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../src/index.ts";
import { codes, openBatch, sendBatch, sessionInvoices, sessionNow, tarGz, zip } from "./batch-client.ts";
import { login, sha256, type Client } from "./client.ts";
import { invoiceXml } from "./invoice.ts";
import { virtualClock, type VirtualClock } from "./virtual-clock.ts";

const nip = "5265877635";
let clock: VirtualClock;
let sandbox: Sandbox;
let client: Client;

beforeEach(async () => {
  clock = virtualClock();
  sandbox = await createSandbox({ clock, limits: "off" });
  client = await login(sandbox, await sandbox.company(nip));
});

it("a package is judged invoice by invoice, and those that failed are listed page by page", async () => {
  const online = await client.open();
  await client.send(online, invoiceXml({ number: "FV/sent" }));
  const wrong = Array.from({ length: 11 }, (_, index) => [`wrong-${index}.xml`, "no XML"] as const);
  const again = invoiceXml({ number: "FV/again" });
  const reference = await sendBatch(
    sandbox,
    client,
    await zip([
      ["valid.xml", again],
      ["copy.xml", invoiceXml({ number: "FV/again", item: "Inna" })],
      ["sent.xml", invoiceXml({ number: "FV/sent" })],
      ["schema.xml", invoiceXml({ number: "FV/schema" }).replace("<P_15>123.00</P_15>", "")],
      ...wrong.map(([name, content]): [string, string] => [name, content]),
    ]),
  );
  clock.pass(500);
  const [valid, copy, sent, schema] = await sessionInvoices(client, reference);
  expect(valid).toMatchObject({ status: { code: 200 }, invoiceNumber: "FV/again" });
  expect(copy).toMatchObject({
    invoiceNumber: "FV/again",
    status: {
      code: 440,
      extensions: { originalSessionReferenceNumber: reference, originalKsefNumber: valid!.ksefNumber },
    },
  });
  expect(sent!.status.extensions).toMatchObject({ originalSessionReferenceNumber: online.reference });
  expect(schema!.status.code).toBe(450);

  const path = `/sessions/${reference}/invoices/failed`;
  const first = (await client.call("GET", path)).json;
  expect(first.invoices).toHaveLength(10);
  const rest = await client.call("GET", path, undefined, {
    "x-continuation-token": first.continuationToken!,
  });
  expect(codes(rest.json.invoices)).toEqual([430, 430, 430, 430]);
  expect(rest.json.continuationToken).toBeNull();
  expect(sandbox.ledger.posts(sha256(again))).toBe(1);
});

it("a session beyond 10,000 invoices, where the limit allows it, has a UPO of two pages", async () => {
  await raiseLimit(10_001);
  const files = Array.from({ length: 10_001 }, (_, at): [string, string] => [`${at}.xml`, invoiceXml()]);
  const reference = await sendBatch(sandbox, client, await tarGz(files), { compressionType: "TarGz" });
  clock.pass(500);
  const { pages } = (await sessionNow(client, reference)).upo;
  const texts = await Promise.all(
    pages.map(async ({ downloadUrl }) => (await sandbox.app.request(downloadUrl)).text()),
  );
  expect(texts.map((text) => text.match(/<Dokument>/g)!.length)).toEqual([10_000, 1]);
  expect(texts.map((text) => /<Strona>.*<.CalkowitaLiczbaDokumentow>/.exec(text)![0])).toEqual([
    "<Strona>1</Strona><LiczbaStron>2</LiczbaStron><ZakresDokumentowOd>1</ZakresDokumentowOd><ZakresDokumentowDo>10000</ZakresDokumentowDo><CalkowitaLiczbaDokumentow>10001</CalkowitaLiczbaDokumentow>",
    "<Strona>2</Strona><LiczbaStron>2</LiczbaStron><ZakresDokumentowOd>10001</ZakresDokumentowOd><ZakresDokumentowDo>10001</ZakresDokumentowDo><CalkowitaLiczbaDokumentow>10001</CalkowitaLiczbaDokumentow>",
  ]);
});

describe("GET /sessions", () => {
  it("keeps the two kinds apart and filters by every date and status", async () => {
    const online = await client.open();
    const open = await openBatch(sandbox, client, await zip({ "a.xml": invoiceXml() }));
    clock.pass(60_000);
    const closed = await sendBatch(sandbox, client, await zip({ "a.xml": invoiceXml() }));
    clock.pass(500);
    expect(await sessions("sessionType=Online")).toEqual([online.reference]);
    expect(await sessions("sessionType=Batch")).toEqual([closed, open.reference]);
    expect(await sessions("sessionType=Batch&statuses=InProgress")).toEqual([open.reference]);
    expect(await sessions("sessionType=Batch&statuses=Succeeded&statuses=Failed")).toEqual([closed]);
    expect(await sessions(`sessionType=Batch&referenceNumber=${open.reference}`)).toEqual([open.reference]);
    const at = encodeURIComponent("2026-03-02T11:00:30+00:00");
    expect(await sessions(`sessionType=Batch&dateCreatedFrom=${at}`)).toEqual([closed]);
    expect(await sessions(`sessionType=Batch&dateCreatedTo=${at}`)).toEqual([open.reference]);
    expect(await sessions(`sessionType=Batch&dateClosedFrom=${at}`)).toEqual([closed]);
    expect(await sessions(`sessionType=Batch&dateClosedTo=${at}`)).toEqual([]);
    expect(await sessions(`sessionType=Batch&dateModifiedTo=${at}`)).toEqual([open.reference]);
    clock.pass(12 * 3600_000);
    client = await login(sandbox, await sandbox.company(nip));
    expect(await sessions("sessionType=Batch&statuses=Cancelled")).toEqual([open.reference]);
    expect(await sessions("sessionType=Online&statuses=Cancelled")).toEqual([online.reference]);
  });
});

async function sessions(query: string): Promise<string[]> {
  const { json } = await client.call("GET", `/sessions?${query}`);
  return json.sessions.map(({ referenceNumber }) => referenceNumber);
}

async function raiseLimit(maxInvoices: number): Promise<void> {
  const limits = { maxInvoices, maxInvoiceSizeInMB: 1, maxInvoiceWithAttachmentSizeInMB: 3 };
  const body = { onlineSession: limits, batchSession: limits };
  const answer = await client.call("POST", "/testdata/limits/context/session", body);
  if (answer.status !== 200) throw new Error(answer.text);
}
