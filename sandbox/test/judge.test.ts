import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../src/index.ts";
import { encrypt, login, sha256, type Answer, type Client, type OpenSession } from "./client.ts";
import { invoiceXml } from "./invoice.ts";
import { virtualClock } from "./virtual-clock.ts";

const clock = virtualClock();
const nip = "5265877635";
let sandbox: Sandbox;
let client: Client;

beforeAll(async () => {
  sandbox = await createSandbox({ clock });
  client = await login(sandbox, await sandbox.company(nip));
});

describe("the verdict on an invoice", () => {
  it("shows 100, then 150, then 200 with a number, as the clock moves", async () => {
    const session = await client.open();
    const reference = await client.send(session, invoiceXml());
    expect((await client.invoice(session, reference)).json.status).toEqual({
      code: 100,
      description: "Faktura przyjęta do dalszego przetwarzania",
    });
    clock.pass(150);
    const processing = (await client.invoice(session, reference)).json;
    expect(processing.status).toEqual({ code: 150, description: "Trwa przetwarzanie" });
    expect(processing).not.toHaveProperty("ksefNumber");
    clock.pass(350);
    const done = (await client.invoice(session, reference)).json;
    expect(done.status).toEqual({ code: 200, description: "Sukces" });
    expect(done).toMatchObject({ ordinalNumber: 1, invoicingMode: "Online" });
    expect(done.ksefNumber).toMatch(/^5265877635-20260302-[0-9A-F]{12}-[0-9A-F]{2}$/);
    expect(done.acquisitionDate).toBe("2026-03-02T11:00:00.500+00:00");
  });

  it("is 405 when the session's key could not be decrypted, and 415 for the session", async () => {
    const session = await client.open({ encryptedSymmetricKey: randomBytes(256).toString("base64") });
    expect((await verdict(session, invoiceXml())).code).toBe(405);
    expect((await client.call("GET", `/sessions/${session.reference}`)).json.status.code).toBe(415);
    const wrongLength = await encrypt(sandbox, "SymmetricKeyEncryption", randomBytes(16));
    const short = await client.open({ encryptedSymmetricKey: wrongLength });
    expect((await verdict(short, invoiceXml())).code).toBe(405);
  });

  it("is 410 when the seller is not the company of the login", async () => {
    expect((await verdict(await client.open(), invoiceXml({ sellerNip: "9999999999" }))).code).toBe(410);
  });

  it("is 415 when there is an attachment", async () => {
    const block = "<MetaDane><ZKlucz>a</ZKlucz><ZWartosc>b</ZWartosc></MetaDane>";
    const extra = `<Zalacznik><BlokDanych>${block}</BlokDanych></Zalacznik>`;
    expect((await verdict(await client.open(), invoiceXml({ extra }))).code).toBe(415);
  });

  it("is 430 when the plain content has another hash or size than declared, or is too large", async () => {
    const session = await client.open();
    expect((await verdict(session, invoiceXml(), { invoiceHash: sha256("other") })).code).toBe(430);
    expect((await verdict(session, invoiceXml(), { invoiceSize: 7 })).code).toBe(430);
    const xml = invoiceXml();
    const large = xml.replace("</Faktura>", `${" ".repeat(1_000_001 - Buffer.byteLength(xml))}</Faktura>`);
    expect((await verdict(session, large)).details).toEqual(["Rozmiar faktury przekracza 1000000 bajtów."]);
    expect((await verdict(session, large.replace(" </Faktura>", "</Faktura>"))).code).toBe(200);
  });

  it.each([
    ["a byte order mark", (xml: string) => `\uFEFF${xml}`],
    ["a DOCTYPE", (xml: string) => xml.replace("<Faktura", "<!DOCTYPE Faktura><Faktura")],
    ["a processing instruction", (xml: string) => xml.replace("<Podmiot1>", "<?php x?><Podmiot1>")],
    ["a character KSeF forbids", (xml: string) => xml.replace("Usługa", "Us\u0085\u0086uga")],
    ["a tag that is not closed", (xml: string) => xml.replace("</Faktura>", "")],
  ])("is 430 when the file has %s", async (_, spoil) => {
    expect((await verdict(await client.open(), spoil(invoiceXml()))).code).toBe(430);
  });

  it("is 435 when the content was encrypted with another key", async () => {
    const session = await client.open();
    const content = randomBytes(64);
    const size = { encryptedInvoiceHash: sha256(content), encryptedInvoiceSize: 64 };
    // A wrong key yields valid padding once in 256 times; a length that is no multiple of a block never does.
    const cut = content.subarray(0, 63);
    const cutSize = { encryptedInvoiceHash: sha256(cut), encryptedInvoiceSize: 63 };
    const answers = [
      await verdict(session, invoiceXml(), { ...size, encryptedInvoiceContent: content.toString("base64") }),
      await verdict(session, invoiceXml(), { ...cutSize, encryptedInvoiceContent: cut.toString("base64") }),
    ];
    expect([430, 435]).toContain(answers[0]!.code);
    expect(answers[1]).toEqual({ code: 435, description: "Błąd odszyfrowania pliku" });
  });

  it("is 440 for the number of an accepted invoice, and names the original", async () => {
    const original = await client.open();
    await client.send(original, invoiceXml({ number: "FV/1" }));
    const { ksefNumber } = sandbox.ledger.accepted().at(-1)!;
    expect(await verdict(await client.open(), invoiceXml({ number: "FV/1", item: "Inna" }))).toEqual({
      code: 440,
      description: "Duplikat faktury",
      details: [
        `Duplikat faktury. Faktura o numerze KSeF: ${ksefNumber} została już prawidłowo przesłana do systemu w sesji: ${original.reference}`,
      ],
      extensions: { originalSessionReferenceNumber: original.reference, originalKsefNumber: ksefNumber },
    });
  });

  it("is 450 with the validator's words when the schema is not met", async () => {
    const wrong = await verdict(
      await client.open(),
      invoiceXml().replace("<P_15>123.00</P_15>", "<P_15>dużo</P_15>"),
    );
    expect(wrong.code).toBe(450);
    expect(wrong.details?.[0]).toContain("P_15");
    const without = invoiceXml().replace(/<P_2>.*<\/P_2>/, "");
    expect((await verdict(await client.open(), without)).code).toBe(450);
    expect((await verdict(await client.open(), "<Other/>")).code).toBe(450);
  });

  it("is 450 when it is dated after the day in Warsaw", async () => {
    const session = await client.open();
    expect((await verdict(session, invoiceXml({ issueDate: "2026-03-03" }))).code).toBe(450);
  });
});

describe("the mode of an invoice", () => {
  it("is offline when declared, or when it is issued on an earlier day", async () => {
    const session = await client.open();
    const declared = await client.send(session, invoiceXml(), { offlineMode: true });
    const late = await client.send(session, invoiceXml({ issueDate: "2026-03-01" }));
    clock.pass(500);
    expect((await client.invoice(session, declared)).json.invoicingMode).toBe("Offline");
    expect((await client.invoice(session, late)).json.invoicingMode).toBe("Offline");
  });
});

interface Verdict {
  code: number;
  description: string;
  details?: string[];
}

/** Sends and waits for the verdict. */
async function verdict(
  session: OpenSession,
  xml: string,
  change?: Record<string, unknown>,
): Promise<Verdict> {
  const reference = await client.send(session, xml, change);
  clock.pass(500);
  const answer: Answer = await client.invoice(session, reference);
  return answer.json.status;
}
