import { mkdtempSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../src/index.ts";
import {
  closeBatch,
  codes,
  openBatch,
  sendBatch,
  sessionInvoices,
  sessionNow,
  tarGz,
  upload,
  zip,
} from "./batch-client.ts";
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

describe("a batch session", () => {
  it("is 100, after close 150 without invoices, then with them one after another, then 200", async () => {
    const files = { "a.xml": invoiceXml(), "b.xml": invoiceXml({ sellerNip: "9999999999" }) };
    const batch = await openBatch(sandbox, client, await zip(files));
    expect(batch.reference).toMatch(/^20260302-SB-[0-9A-F]{10}-[0-9A-F]{10}-[0-9A-F]{2}$/);
    expect(batch.uploads).toMatchObject([
      { ordinalNumber: 1, method: "PUT", headers: { "x-ms-blob-type": "BlockBlob" } },
    ]);
    expect(await sessionNow(client, batch.reference)).toMatchObject({
      status: { code: 100, description: "Sesja wsadowa rozpoczęta" },
      invoiceCount: 0,
    });
    clock.pass(60_000);
    const uploaded = await upload(sandbox, batch.uploads[0]!, batch.parts[0]!);
    expect([uploaded.status, await uploaded.text()]).toEqual([201, ""]);
    expect((await closeBatch(client, batch)).status).toBe(204);

    const processing = { code: 150, description: "Trwa przetwarzanie" };
    expect(await sessionNow(client, batch.reference)).toMatchObject({ status: processing, invoiceCount: 0 });
    expect(await sessionInvoices(client, batch.reference)).toEqual([]);
    clock.pass(150);
    expect(await sessionNow(client, batch.reference)).toMatchObject({ status: processing, invoiceCount: 2 });
    expect(codes(await sessionInvoices(client, batch.reference))).toEqual([150, 100]);
    clock.pass(175);
    expect(codes(await sessionInvoices(client, batch.reference))).toEqual([200, 150]);
    expect(await sessionNow(client, batch.reference)).toMatchObject({
      status: processing,
      invoiceCount: 2,
      successfulInvoiceCount: 1,
      failedInvoiceCount: 0,
    });
    clock.pass(175);
    const done = await sessionNow(client, batch.reference);
    expect(done).toMatchObject({
      status: { code: 200, description: "Sesja wsadowa przetworzona pomyślnie" },
      dateCreated: "2026-03-02T11:00:00.000+00:00",
      dateUpdated: "2026-03-02T11:01:00.500+00:00",
      validUntil: "2026-03-02T23:00:00.000+00:00",
      invoiceCount: 2,
      successfulInvoiceCount: 1,
      failedInvoiceCount: 1,
    });
    expect(done.upo.pages).toHaveLength(1);
    expect(await sessionInvoices(client, batch.reference)).toMatchObject([
      {
        ordinalNumber: 1,
        invoiceFileName: "a.xml",
        invoiceHash: sha256(files["a.xml"]),
        invoicingDate: "2026-03-02T11:00:00.000+00:00",
        acquisitionDate: "2026-03-02T11:01:00.325+00:00",
        invoicingMode: "Online",
      },
      { ordinalNumber: 2, invoiceFileName: "b.xml", status: { code: 410 } },
    ]);
  });

  it("takes tar.gz in three parts, uploaded in any order, and confirms every invoice", async () => {
    const documents = [invoiceXml(), invoiceXml(), invoiceXml()];
    const names = ["1.xml", "folder/2.xml", "3.XML"];
    const archive = await tarGz(documents.map((xml, index) => [names[index]!, xml]));
    const batch = await openBatch(sandbox, client, archive, { parts: 3, compressionType: "TarGz" });
    const order = [2, 0, 1];
    const uploads = order.map((index) => upload(sandbox, batch.uploads[index]!, batch.parts[index]!));
    expect((await Promise.all(uploads)).map(({ status: http }) => http)).toEqual([201, 201, 201]);
    await closeBatch(client, batch);
    clock.pass(500);

    const taken = await sessionInvoices(client, batch.reference);
    expect(taken.map(({ invoiceFileName }) => invoiceFileName)).toEqual(names);
    expect(codes(taken)).toEqual([200, 200, 200]);
    const { upo } = await sessionNow(client, batch.reference);
    const collective = await client.call(
      "GET",
      `/sessions/${batch.reference}/upo/${upo.pages[0]!.referenceNumber}`,
    );
    expect(collective.text).toContain("<CalkowitaLiczbaDokumentow>3</CalkowitaLiczbaDokumentow>");
    for (const [index, { ksefNumber, referenceNumber }] of taken.entries()) {
      const path = `/sessions/${batch.reference}/invoices`;
      const one = await client.call("GET", `${path}/${referenceNumber}/upo`);
      expect(one.text).toContain(`<SkrotDokumentu>${sha256(documents[index]!)}</SkrotDokumentu>`);
      expect((await client.call("GET", `${path}/ksef/${ksefNumber}/upo`)).text).toBe(one.text);
      expect((await client.call("GET", `/invoices/ksef/${ksefNumber}`)).text).toBe(documents[index]);
    }
  });

  it("knows the duplicates of an earlier one", async () => {
    const original = await sendBatch(sandbox, client, await zip({ "a.xml": invoiceXml({ number: "FV/b" }) }));
    const second = await sendBatch(
      sandbox,
      client,
      await tarGz({ "a.xml": invoiceXml({ number: "FV/b" }) }),
      {
        compressionType: "TarGz",
      },
    );
    clock.pass(500);
    expect((await sessionNow(client, second)).status.code).toBe(445);
    const [duplicate] = await sessionInvoices(client, second);
    expect(duplicate!.status.extensions!["originalSessionReferenceNumber"]).toBe(original);
  });

  it("dates its invoices by its opening: late ones are offline, later ones are refused", async () => {
    clock = virtualClock(Date.parse("2026-03-02T22:59:59Z"));
    sandbox = await createSandbox({ clock, limits: "off" });
    client = await login(sandbox, await sandbox.company(nip));
    const days = ["2026-03-01", "2026-03-02", "2026-03-03"];
    const archive = await zip(days.map((issueDate) => [`${issueDate}.xml`, invoiceXml({ issueDate })]));
    const batch = await openBatch(sandbox, client, archive);
    clock.pass(5000);
    await upload(sandbox, batch.uploads[0]!, batch.parts[0]!);
    await closeBatch(client, batch);
    clock.pass(500);
    const taken = await sessionInvoices(client, batch.reference);
    expect(taken.map(({ invoicingMode }) => invoicingMode)).toEqual(["Offline", "Online", undefined]);
    expect(codes(taken)).toEqual([200, 200, 450]);
    expect(taken[1]!.ksefNumber).toContain("-20260302-");
  });

  it("makes every invoice offline when declared so", async () => {
    const archive = await zip({ "a.xml": invoiceXml() });
    const reference = await sendBatch(sandbox, client, archive, { offlineMode: true });
    clock.pass(500);
    expect((await sessionInvoices(client, reference))[0]!.invoicingMode).toBe("Offline");
  });
});

it("a batch session survives restarts, its parts only until it is closed", async () => {
  const data = mkdtempSync(join(tmpdir(), "sandbox-batch-"));
  const restart = async (): Promise<void> => {
    await sandbox.close();
    sandbox = await createSandbox({ clock, data, limits: "off" });
  };
  sandbox = await createSandbox({ clock, data, limits: "off" });
  client = await login(sandbox, await sandbox.company(nip));
  const archive = await zip({ "a.xml": invoiceXml({ number: "FV/kept" }), "b.xml": "no XML" });
  const batch = await openBatch(sandbox, client, archive, { parts: 2 });
  await upload(sandbox, batch.uploads[0]!, batch.parts[0]!);
  await restart();
  client = await login(sandbox, await sandbox.company(nip));
  await upload(sandbox, batch.uploads[1]!, batch.parts[1]!);
  expect((await closeBatch(client, batch)).status).toBe(204);
  clock.pass(500);
  const before = await sessionInvoices(client, batch.reference);
  expect(codes(before)).toEqual([200, 430]);
  await restart();
  client = await login(sandbox, await sandbox.company(nip));
  expect(await sessionInvoices(client, batch.reference)).toEqual(before);
  expect((await sessionNow(client, batch.reference)).status.code).toBe(200);
  await sandbox.close();
  const database = new DatabaseSync(join(data, "sandbox.sqlite"), { readOnly: true });
  const count = database
    .prepare("SELECT count(*) AS parts FROM record WHERE collection = 'batch-part'")
    .get();
  database.close();
  expect(count).toEqual({ parts: 0 });
});
