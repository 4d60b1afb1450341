import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../src/index.ts";
import {
  batchRequest,
  closeBatch,
  openBatch,
  sendBatch,
  sessionInvoices,
  sessionNow,
  tarGz,
  upload,
  zip,
  type BatchOptions,
  type Files,
} from "./batch-client.ts";
import { encrypt, exceptionCode, login, publishedKeys, sha256, type Answer, type Client } from "./client.ts";
import { invoiceXml } from "./invoice.ts";
import { virtualClock } from "./virtual-clock.ts";

const nip = "5265877635";
const clock = virtualClock();
const part = { ordinalNumber: 1, fileSize: 16, fileHash: sha256("part") };
const numbered = (ordinalNumber: number): typeof part => ({ ...part, ordinalNumber });
let sandbox: Sandbox;
let client: Client;
let archive: Buffer;

beforeAll(async () => {
  sandbox = await createSandbox({ clock, limits: "off" });
});

beforeEach(async () => {
  client = await login(sandbox, await sandbox.company(nip));
  const issueDate = new Date(clock.now()).toISOString().slice(0, 10);
  archive = await zip({ "a.xml": invoiceXml({ issueDate }) });
});

describe("a batch session is not opened", () => {
  it.each([
    [21161, "of more than 50 parts", { fileParts: Array.from({ length: 51 }, (_, at) => numbered(at + 1)) }],
    [21157, "with a part above 100 MB", { fileParts: [{ ...part, fileSize: 100_000_017 }] }],
    [21405, "without parts", { fileParts: [] }],
    [21405, "with a number twice", { fileParts: [part, part] }],
    [21405, "with a number left out", { fileParts: [part, { ...part, ordinalNumber: 3 }] }],
    [21405, "above 5 GB", { fileSize: 5_000_000_001 }],
    [21405, "with another compression", { compressionType: "Rar" }],
    [21405, "with a hash that is none", { fileHash: "short" }],
  ])("%i %s", async (code, _, batchFile) => {
    expect(exceptionCode(await open({ batchFile }))).toBe(code);
  });

  it("21470 with a key that is not published for it", async () => {
    const [forTokens, forKeys] = await publishedKeys(sandbox);
    const answer = await open({ encryption: { publicKeyId: forTokens!.publicKeyId } });
    expect(exceptionCode(answer)).toBe(21470);
    expect((await open({ encryption: { publicKeyId: forKeys!.publicKeyId } })).status).toBe(201);
  });

  it("21405 with a form KSeF does not know, but with 50 parts of the largest size", async () => {
    const { body } = await batchRequest(sandbox, archive);
    const formCode = { systemCode: "FA (1)", schemaVersion: "1-0E", value: "FA" };
    expect(exceptionCode(await client.call("POST", "/sessions/batch", { ...body, formCode }))).toBe(21405);
    const fileParts = Array.from({ length: 50 }, (_, at) => ({ ...numbered(at + 1), fileSize: 100_000_016 }));
    expect((await open({ batchFile: { fileParts } })).status).toBe(201);
  });
});

describe("the link of a part", () => {
  it("is good for 20 minutes for each part, and for nothing else", async () => {
    const { uploads, parts } = await openBatch(sandbox, client, archive, { parts: 2 });
    const [first, second] = [uploads[0]!, uploads[1]!];
    const put = async (change: Partial<typeof first>, bytes = parts[0]!): Promise<number> =>
      (await upload(sandbox, { ...first, ...change }, bytes)).status;
    const forged = new URL(first.url);
    forged.searchParams.set("se", "2036-03-03T11:00:00Z");
    expect(await put({ url: forged.href })).toBe(403);
    expect(await put({ url: first.url.replace("batch-parts/1", "batch-parts/2") })).toBe(403);
    expect(await put({ headers: {} })).toBe(400);
    expect(await put({ headers: { ...first.headers, authorization: `Bearer ${client.token}` } })).toBe(401);
    clock.pass(40 * 60_000 - 1000);
    expect(await put({ url: second.url }, parts[1])).toBe(201);
    clock.pass(1000);
    const late = await upload(sandbox, first, parts[0]!);
    expect(late.status).toBe(403);
    expect(late.headers.get("content-type")).toBe("application/xml");
    expect(await late.text()).toContain("<Code>AuthenticationFailed</Code>");
  });
});

describe("a batch session is not closed", () => {
  it("21205 while a part is missing, 21157 while one has another size; later it is", async () => {
    const batch = await openBatch(sandbox, client, archive, { parts: 2 });
    await upload(sandbox, batch.uploads[0]!, batch.parts[0]!);
    const lost = await closeBatch(client, batch);
    expect(exceptionCode(lost)).toBe(21205);
    expect(lost.text).toContain("Nie przesłano zadeklarowanej '2' części pliku.");
    await upload(sandbox, batch.uploads[1]!, batch.parts[1]!.subarray(16));
    const short = await closeBatch(client, batch);
    expect(exceptionCode(short)).toBe(21157);
    expect(short.text).toContain("Zadeklarowany rozmiar części '2' nie zgadza się z rzeczywistym.");
    expect((await sessionNow(client, batch.reference)).status.code).toBe(100);
    await upload(sandbox, batch.uploads[1]!, batch.parts[1]!);
    expect((await closeBatch(client, batch)).status).toBe(204);
    clock.pass(500);
    expect((await sessionNow(client, batch.reference)).status.code).toBe(200);
  });

  it("21180 when it is closed, also by two at the same time, and 21173 through the online path", async () => {
    const before = sandbox.ledger.accepted().length;
    const batch = await openBatch(sandbox, client, archive);
    await upload(sandbox, batch.uploads[0]!, batch.parts[0]!);
    const wrongPath = await client.call("POST", `/sessions/online/${batch.reference}/close`);
    expect(exceptionCode(wrongPath)).toBe(21173);
    const both = await Promise.all([closeBatch(client, batch), closeBatch(client, batch)]);
    const https = both.map(({ status: http }) => http);
    expect(https.toSorted((one, other) => one - other)).toEqual([204, 400]);
    expect(exceptionCode(await closeBatch(client, batch))).toBe(21180);
    expect(sandbox.ledger.accepted()).toHaveLength(before + 1);
  });

  it("21208 after twelve hours: it was cancelled", async () => {
    const batch = await openBatch(sandbox, client, archive);
    await upload(sandbox, batch.uploads[0]!, batch.parts[0]!);
    clock.pass(12 * 3600_000);
    client = await login(sandbox, await sandbox.company(nip));
    expect((await sessionNow(client, batch.reference)).status).toEqual({
      code: 440,
      description: "Sesja anulowana",
      details: ["Przekroczono czas wysyłki"],
    });
    expect(exceptionCode(await closeBatch(client, batch))).toBe(21208);
  });
});

describe("a package as a whole", () => {
  it("is 405 when a part is not what was declared", async () => {
    const batch = await openBatch(sandbox, client, archive);
    await upload(sandbox, batch.uploads[0]!, randomBytes(batch.parts[0]!.length));
    await closeBatch(client, batch);
    expect((await sessionNow(client, batch.reference)).status.code).toBe(150);
    clock.pass(150);
    expect((await sessionNow(client, batch.reference)).status).toMatchObject({
      code: 405,
      description: "Błąd weryfikacji poprawności dostarczonych elementów paczki",
    });
    expect(await sessionInvoices(client, batch.reference)).toEqual([]);
  });

  it("is 405 when it has another size or hash than declared", async () => {
    expect((await verdict(archive, { batchFile: { fileSize: 7 } })).code).toBe(405);
    expect((await verdict(archive, { batchFile: { fileHash: sha256("other") } })).code).toBe(405);
  });

  it("is 415 when its key cannot be decrypted, and 435 or 405 when it is another key", async () => {
    const none = { encryptedSymmetricKey: randomBytes(256).toString("base64") };
    expect(await verdict(archive, { encryption: none })).toEqual({
      code: 415,
      description: "Błąd odszyfrowania dostarczonego klucza",
    });
    const other = await encrypt(sandbox, "SymmetricKeyEncryption", randomBytes(32));
    // A wrong key yields valid padding once in 256 times.
    const { code } = await verdict(archive, { encryption: { encryptedSymmetricKey: other } });
    expect([405, 435]).toContain(code);
  });

  it.each(["Zip", "TarGz"] as const)("is 430 when it is no archive: %s", async (compressionType) => {
    expect((await verdict(randomBytes(1000), { compressionType })).code).toBe(430);
    const cut = await (compressionType === "Zip" ? zip : tarGz)({ "a.xml": invoiceXml() });
    expect((await verdict(cut.subarray(0, 500), { compressionType })).code).toBe(430);
  });

  it.each(["Zip", "TarGz"] as const)("is 440 when it is empty, 445 when none is valid: %s", async (kind) => {
    const make = kind === "Zip" ? zip : tarGz;
    expect(await verdict(await make([]), { compressionType: kind })).toEqual({
      code: 440,
      description: "Sesja anulowana",
      details: ["Nie przesłano faktur"],
    });
    const invalid = await make({ "a.xml": "<Faktura/>", "b.bin": "\u0000" });
    expect((await verdict(invalid, { compressionType: kind })).code).toBe(445);
  });

  it("is 420 when it has more than 10,000 invoices", async () => {
    const files = Array.from({ length: 10_001 }, (_, at): [string, string] => [`${at}.xml`, "no XML"]);
    expect((await verdict(await tarGz(files), { compressionType: "TarGz" })).code).toBe(420);
  });

  it("is 430 when a name is unsafe or occurs twice, or when a file is none", async () => {
    const twice: Files = [
      ["a.xml", invoiceXml()],
      ["a.xml", invoiceXml()],
    ];
    expect((await verdict(await zip(twice))).code).toBe(430);
    expect((await verdict(await tarGz(twice), { compressionType: "TarGz" })).code).toBe(430);
    const outside = await zip({ "aa/a.xml": invoiceXml() });
    const unsafe = Buffer.from(outside.toString("latin1").replaceAll("aa/a.xml", "../a.xml"), "latin1");
    expect((await verdict(unsafe)).code).toBe(430);
    expect((await verdict(await tarGz({ "/a.xml": "" }), { compressionType: "TarGz" })).code).toBe(430);
    const link = pack();
    link.entry({ name: "a.xml", type: "symlink", linkname: "/etc/passwd" });
    link.finalize();
    const linked = gzipSync(await buffer(link));
    expect((await verdict(linked, { compressionType: "TarGz" })).code).toBe(430);
  });

  it("is 430 when a file unpacks to more than 100 MB; one above 3 MB is only itself refused", async () => {
    const bomb = Buffer.alloc(100_000_001);
    expect((await verdict(await zip([["bomb.xml", bomb]]))).code).toBe(430);
    const large = await zip([
      ["large.xml", Buffer.alloc(3_000_001)],
      ["a.xml", invoiceXml()],
    ]);
    const reference = await sendBatch(sandbox, client, large);
    clock.pass(500);
    expect(await sessionInvoices(client, reference)).toMatchObject([
      {
        invoiceHash: sha256(Buffer.alloc(3_000_001)),
        status: { code: 430, details: ["Rozmiar faktury przekracza 3000000 bajtów."] },
      },
      { status: { code: 200 } },
    ]);
  });

  it("is 430 when it says a file is smaller than it is", async () => {
    const honest = await zip([["a.xml", Buffer.alloc(50_000)]]);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(50_000);
    const lie = Buffer.from(honest);
    for (let at = lie.indexOf(size); at >= 0; at = lie.indexOf(size, at + 1)) lie.writeUInt32LE(10, at);
    expect((await verdict(lie)).code).toBe(430);
  });
});

async function verdict(bytes: Buffer, options?: BatchOptions): Promise<Answer["json"]["status"]> {
  const reference = await sendBatch(sandbox, client, bytes, options);
  clock.pass(500);
  return (await sessionNow(client, reference)).status;
}

async function open(options: BatchOptions): Promise<Answer> {
  const { body } = await batchRequest(sandbox, archive, options);
  return client.call("POST", "/sessions/batch", body);
}
