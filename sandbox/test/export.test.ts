import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../src/index.ts";
import { encrypt, exceptionCode, login, sha256, type Client } from "./client.ts";
import { invoiceXml } from "./invoice.ts";
import {
  download,
  exportAll,
  exportNow,
  exportRequest,
  filters,
  find,
  openPackage,
  startExport,
  type Exported,
} from "./reader.ts";
import { virtualClock, type VirtualClock } from "./virtual-clock.ts";

const day = 24 * 3600_000;

let clock: VirtualClock;
let sandbox: Sandbox;
let client: Client;
async function openSandbox(): Promise<void> {
  clock = virtualClock();
  sandbox = await createSandbox({ clock, limits: "off", processing: { acceptedMs: 0, processingMs: 0 } });
  await logIn();
}

describe("an export", () => {
  beforeEach(openSandbox);
  afterEach(() => sandbox.close());

  it.each([undefined, null, "Zip", "TarGz"] as const)(
    "as %s holds the very documents",
    async (compressionType) => {
      const sent = await deliver(3);
      const options = compressionType === undefined ? {} : { compressionType };
      const { exported, documents, metadata } = await exportAll(sandbox, clock, client, filters(), options);
      expect([...documents]).toEqual([...sent].map(([number, xml]) => [`${number}.xml`, xml]));
      expect(metadata).toEqual((await find(client, filters())).invoices);
      expect(metadata.map(({ invoiceHash }) => invoiceHash)).toEqual([...sent.values()].map(sha256));
      expect(exported.package).toMatchObject({ invoiceCount: 3, isTruncated: false });
    },
  );

  it("is in progress first, then has a package with links", async () => {
    await deliver(1);
    const begun = await startExport(sandbox, client, filters());
    expect(begun.reference).toMatch(/^20260302-EH-[0-9A-F]{10}-[0-9A-F]{10}-[0-9A-F]{2}$/);
    expect(await exportNow(client, begun)).toEqual({
      status: { code: 100, description: "Eksport faktur w toku" },
    });
    clock.pass(200);
    const { package: made, ...exported } = await exportNow(client, begun);
    expect(exported).toEqual({
      status: { code: 200, description: "Eksport faktur zakończony sukcesem" },
      completedDate: "2026-03-02T11:00:00.201+00:00",
      packageExpirationDate: "2026-03-09T11:00:00.201+00:00",
    });
    expect(made).toEqual({
      invoiceCount: 1,
      size: made!.parts[0]!.partSize,
      isTruncated: false,
      permanentStorageHwmDate: "2026-03-02T11:00:00.000+00:00",
      parts: [
        {
          ordinalNumber: 1,
          partName: `${begun.reference}-001.zip.aes`,
          method: "GET",
          url: expect.stringContaining(
            `/storage/00/${begun.reference.toLowerCase()}/invoice-part/${begun.reference}-001.zip.aes?`,
          ),
          partSize: expect.any(Number),
          partHash: expect.any(String),
          // Padding fills up the last block of 16 bytes.
          encryptedPartSize: (Math.floor(made!.size / 16) + 1) * 16,
          encryptedPartHash: expect.any(String),
          expirationDate: "2026-03-02T12:00:00.000+00:00",
        },
      ],
    });
  });

  it("without invoices has no part", async () => {
    const { exported } = await exportAll(sandbox, clock, client, filters());
    expect(exported.status.code).toBe(200);
    expect(exported.package).toMatchObject({ invoiceCount: 0, size: 0, parts: [], isTruncated: false });
  });

  it("of metadata has no documents", async () => {
    await deliver(2);
    const { documents, metadata } = await exportAll(sandbox, clock, client, filters(), {
      onlyMetadata: true,
    });
    expect(documents.size).toBe(0);
    expect(metadata).toEqual((await find(client, filters())).invoices);
  });

  it("holds what was there when it was asked for", async () => {
    const sent = await deliver(1);
    const begun = await startExport(sandbox, client, filters());
    await deliver(1);
    clock.pass(200);
    const { documents } = await openPackage(sandbox, await exportNow(client, begun), begun);
    expect([...documents.values()]).toEqual([...sent.values()]);
  });

  it("is known to its own context alone", async () => {
    await deliver(1);
    const begun = await startExport(sandbox, client, filters());
    clock.pass(200);
    const stranger = await login(sandbox, await sandbox.company("2222222222"));
    const foreign = await stranger.call("GET", `/invoices/exports/${begun.reference}`);
    expect(exceptionCode(foreign)).toBe(21175);
    const unknown = await client.call("GET", `/invoices/exports/${begun.reference.replace(/.$/, "X")}`);
    expect(exceptionCode(unknown)).toBe(21175);
    expect(exceptionCode(await client.call("GET", "/invoices/exports/1"))).toBe(21405);
  });
});

describe("a link to a part", () => {
  beforeEach(openSandbox);
  afterEach(() => sandbox.close());

  it("works without a token for an hour; the status gives fresh ones for seven days", async () => {
    await deliver(1);
    const begun = await startExport(sandbox, client, filters());
    clock.pass(200);
    const first = firstPart(await exportNow(client, begun));
    expect((await download(sandbox, first)).status).toBe(200);
    clock.pass(3600_000);
    const expired = await download(sandbox, first);
    expect([expired.status, expired.headers.get("content-type")]).toEqual([403, "application/xml"]);

    await logIn();
    const fresh = firstPart(await exportNow(client, begun));
    expect((await download(sandbox, fresh)).status).toBe(200);
    const forged = { ...fresh, url: fresh.url.replace(/sig=.{4}/, "sig=AAAA") };
    expect((await download(sandbox, forged)).status).toBe(403);

    clock.pass(7 * day - 3600_000 - 1);
    await logIn();
    const last = firstPart(await exportNow(client, begun));
    expect((await download(sandbox, last)).status).toBe(200);
    clock.pass(1);
    const gone = await client.call("GET", `/invoices/exports/${begun.reference}`);
    expect([gone.status, gone.type]).toEqual([410, "application/problem+json"]);
    expect(gone.text).toContain("Operacja wygasła i nie jest już dostępna.");
    expect((await download(sandbox, last)).status).toBe(403);
  });
});

describe("an export that cannot be made", () => {
  beforeAll(openSandbox);
  afterAll(() => sandbox.close());

  it("names a key that is not published", async () => {
    const publicKeyId = sha256("nobody's key");
    const { body } = await exportRequest(sandbox, filters(), { encryption: { publicKeyId } });
    expect(exceptionCode(await client.call("POST", "/invoices/exports", body))).toBe(21470);
  });

  it.each([
    ["cannot be decrypted", async () => randomBytes(256).toString("base64")],
    ["has 16 bytes", () => encrypt(sandbox, "SymmetricKeyEncryption", randomBytes(16))],
  ])("has a key that %s", async (_, key) => {
    const encryption = { encryptedSymmetricKey: await key() };
    const begun = await startExport(sandbox, client, filters(), { encryption });
    clock.pass(200);
    const { status, package: made } = await exportNow(client, begun);
    expect(status).toEqual({ code: 415, description: "Błąd odszyfrowania dostarczonego klucza" });
    expect(made).toBeUndefined();
  });

  it("begins after the high water mark to which it is restricted", async () => {
    const dateRange = { from: "2026-03-02T12:00:00Z", restrictToPermanentStorageHwmDate: true };
    const begun = await startExport(sandbox, client, filters({ dateRange }));
    clock.pass(200);
    expect((await exportNow(client, begun)).status).toEqual({
      code: 420,
      description: "Zakres filtrowania wykracza poza dostępny zakres danych",
      details: [
        "Parametr dateRange.from jest późniejszy niż PermanentStorageHwmDate przy włączonym restrictToPermanentStorageHwmDate.",
      ],
    });
  });

  it("is the eleventh that runs", async () => {
    for (let count = 0; count < 10; count += 1) await startExport(sandbox, client, filters());
    const { body } = await exportRequest(sandbox, filters());
    const refused = await client.call("POST", "/invoices/exports", body);
    expect(exceptionCode(refused)).toBe(21182);
    expect(refused.text).toContain("maksymalny limit 10 równoczesnych eksportów faktur");
    clock.pass(200);
    expect((await client.call("POST", "/invoices/exports", body)).status).toBe(201);
  });

  it.each([
    [{ filters: undefined }],
    [{ filters: filters({ dateRange: { from: "2025-11-01T00:00:00Z" } }) }],
    [{ encryption: { encryptedSymmetricKey: "AA==", initializationVector: "AA==" } }],
    [{ compressionType: "Rar" }],
  ])("has a wrong request %j", async (change) => {
    const { body } = await exportRequest(sandbox, filters());
    const answer = await client.call("POST", "/invoices/exports", { ...body, ...change });
    expect(exceptionCode(answer)).toBe(21405);
  });
});

async function logIn(): Promise<void> {
  client = await login(sandbox, await sandbox.company("5265877635"));
}

/** Documents by their KSeF numbers, each stored a millisecond after the other. */
async function deliver(count: number): Promise<Map<string, string>> {
  const sent = new Map<string, string>();
  for (let index = 0; index < count; index += 1) {
    const xml = invoiceXml({ item: "Zażółć gęślą jaźń" });
    sent.set((await sandbox.deliver(Buffer.from(xml))).ksefNumber, xml);
    clock.pass(1);
  }
  return sent;
}

const firstPart = ({ package: made }: Exported) => made!.parts[0]!;
