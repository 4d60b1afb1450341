import {
  authenticateWithToken,
  createTarGz,
  createZip,
  KSeFClient,
  uploadBatchParsed,
  uploadBatchStreamParsed,
  type BatchUploadOptions,
  type PollOptions,
} from "ksef-client-ts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sha256 } from "../client.ts";
import { openForeignSandbox, type ForeignSandbox } from "./foreign-sandbox.ts";

const soon: PollOptions = { intervalMs: 20, maxAttempts: 100 };
let foreign: ForeignSandbox;
let client: KSeFClient;

beforeAll(async () => {
  foreign = await openForeignSandbox();
  const { baseUrl, company } = foreign;
  client = new KSeFClient({ baseUrl });
  await authenticateWithToken(client, { nip: company.nip, token: company.ksefToken, pollOptions: soon });
});
afterAll(() => foreign.sandbox.close());

it.each([
  ["Zip", createZip],
  ["TarGz", createTarGz],
] as const)("ksef-client-ts sends a package as %s in three parts", async (compressionType, archive) => {
  const documents = [foreign.xml(), foreign.xml(), foreign.xml()];
  const bytes = await archive(entries(documents));
  const options = { ...inThreeParts(bytes), compressionType };
  const result = await uploadBatchParsed(client, bytes, options);
  await expectTaken(result, documents);
  expect((await client.sessionStatus.getSessionStatus(result.sessionRef)).status.code).toBe(200);
});

it("ksef-client-ts streams a package in three parts", async () => {
  const documents = [foreign.xml(), foreign.xml()];
  const bytes = await createZip(entries(documents));
  const stream = () => new Blob([new Uint8Array(bytes)]).stream();
  await expectTaken(
    await uploadBatchStreamParsed(client, stream, bytes.length, inThreeParts(bytes)),
    documents,
  );
});

it("ksef-client-ts finds what of a package was not taken", async () => {
  const twice = foreign.xml();
  const bytes = await createZip(entries([twice, twice]));
  const { sessionRef, upo } = await uploadBatchParsed(client, bytes, { pollOptions: soon });
  expect(upo).toMatchObject({ invoiceCount: 2, successfulInvoiceCount: 1, failedInvoiceCount: 1 });
  const { invoices } = await client.sessionStatus.getSessionFailedInvoices(sessionRef);
  expect(invoices.map(({ status }) => status.code)).toEqual([440]);
});

const entries = (documents: string[]): { fileName: string; content: Buffer }[] =>
  documents.map((xml, index) => ({ fileName: `${index}.xml`, content: Buffer.from(xml) }));

const inThreeParts = (bytes: Buffer): BatchUploadOptions => ({
  maxPartSize: Math.ceil(bytes.length / 3),
  pollOptions: soon,
});

async function expectTaken(
  { sessionRef, upo }: Awaited<ReturnType<typeof uploadBatchParsed>>,
  documents: string[],
): Promise<void> {
  const hashes = documents.map((xml) => sha256(xml));
  expect(upo.successfulInvoiceCount).toBe(documents.length);
  expect(upo.parsed.flatMap(({ dokumenty }) => dokumenty.map((each) => each.skrotDokumentu))).toEqual(hashes);
  const { invoices } = await client.sessionStatus.getSessionInvoices(sessionRef);
  expect(invoices.map(({ invoiceHash }) => invoiceHash)).toEqual(hashes);
}
