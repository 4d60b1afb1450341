import { KsefClient } from "ksef-client";
import {
  authenticateWithToken,
  collectAllInvoiceMetadata,
  exportAndDownload,
  incrementalExportAndDownload,
  InMemoryHwmStore,
  KSeFClient,
  openSendAndClose,
  unzip,
  type ContinuationPoints,
  type InvoiceQueryFilters,
  type PollOptions,
} from "ksef-client-ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openForeignSandbox, type ForeignSandbox } from "./foreign-sandbox.ts";

const hour = 3_600_000;
const soon: PollOptions = { intervalMs: 20, maxAttempts: 100 };
let foreign: ForeignSandbox;
let client: KSeFClient;
let sent: string[];

beforeAll(async () => {
  foreign = await openForeignSandbox();
  const { baseUrl, company } = foreign;
  client = new KSeFClient({ baseUrl });
  await authenticateWithToken(client, { nip: company.nip, token: company.ksefToken, pollOptions: soon });
  sent = [foreign.xml(), foreign.xml(), foreign.xml()];
  await openSendAndClose(client, sent, { pollOptions: soon });
});
afterAll(() => foreign.sandbox.close());

describe("ksef-client-ts", () => {
  it("lists the metadata of invoices page by page", async () => {
    const found = await collectAllInvoiceMetadata(client, lastHours(), { pageSize: 10 });
    expect(found.map(({ ksefNumber }) => ksefNumber).toSorted()).toEqual(accepted());
  });

  it.each(["Zip", "TarGz"] as const)("exports invoices as %s and decrypts them", async (compressionType) => {
    const options = { extract: true, compressionType, pollOptions: soon } as const;
    const { files, invoiceCount } = await exportAndDownload(client, lastHours(), options);
    expect(invoiceCount).toBe(3);
    expect(documents(files)).toEqual(sent.toSorted());
    const metadata = JSON.parse(files.get("_metadata.json")!.toString()) as Metadata;
    expect(metadata.invoices.map(({ ksefNumber }) => ksefNumber).toSorted()).toEqual(accepted());
  });

  it("downloads what came since the last time", async () => {
    const store = new InMemoryHwmStore();
    const continuationPoints: ContinuationPoints = {};
    const download = () =>
      incrementalExportAndDownload(client, {
        subjectType: "Subject1",
        windowFrom: at(-hour),
        windowTo: at(hour),
        continuationPoints,
        pollOptions: soon,
        store,
      });
    const { decryptedParts } = await download();
    expect(documents(await unzip(Buffer.concat(decryptedParts)))).toEqual(sent.toSorted());
    const since = continuationPoints["Subject1"]!;
    expect(Date.parse(since)).toBeGreaterThan(Date.now() - hour);
    expect(await store.load()).toEqual({ Subject1: since });

    const next = foreign.xml();
    sent.push(next);
    await openSendAndClose(client, [next], { pollOptions: soon });
    const second = await download();
    expect(documents(await unzip(Buffer.concat(second.decryptedParts)))).toEqual([next]);
  });
});

describe("ksef-client", () => {
  let other: KsefClient;
  beforeAll(async () => {
    const { baseUrl, company } = foreign;
    const context = { type: "Nip", value: company.nip } as const;
    other = await KsefClient.connect({ baseUrl, token: company.ksefToken, context, pollIntervalMs: 20 });
  });

  it("exports invoices and decrypts them", async () => {
    const { exports } = other.workflows;
    const { referenceNumber, encryptionData } = await exports.startExport({ filters: ownFilters() });
    const status = await exports.waitForExport(referenceNumber, { pollIntervalMs: 20 });
    const options = { verifyHashes: true };
    const { invoiceXmlFiles, metadataSummaries } = await exports.downloadAndProcessPackage(
      status,
      encryptionData,
      options,
    );
    expect(Object.values(invoiceXmlFiles).toSorted()).toEqual(sent.toSorted());
    expect(new Set(metadataSummaries.map(({ ksefNumber }) => ksefNumber))).toEqual(new Set(accepted()));
  });

  it("downloads what came since the last time", async () => {
    const continuationPoints: Record<string, string> = {};
    // It goes on while the mark moves, and KSeF's mark moves with the time: one round is all there is.
    const run = () =>
      other.workflows.exportsIncremental.run({
        subjectType: "Subject1",
        windowFrom: at(-hour),
        windowTo: at(hour),
        continuationPoints,
        maxIterations: 1,
        pollIntervalMs: 20,
        verifyHashes: true,
      });
    expect(Object.keys((await run()).invoiceXmlFiles)).toHaveLength(sent.length);
    const next = foreign.xml();
    sent.push(next);
    await openSendAndClose(client, [next], { pollOptions: soon });
    expect(Object.values((await run()).invoiceXmlFiles)).toEqual([next]);
  });

  it("lists the metadata of invoices", async () => {
    const { invoices } = await other.invoices.queryInvoiceMetadata(ownFilters(), 0, 10, "Desc");
    expect((invoices as { ksefNumber: string }[]).map(({ ksefNumber }) => ksefNumber)).toHaveLength(
      sent.length,
    );
  });
});

interface Metadata {
  invoices: { ksefNumber: string }[];
}

const at = (offset: number): string => new Date(Date.now() + offset).toISOString();

const lastHours = (): InvoiceQueryFilters => ({
  subjectType: "Subject1",
  dateRange: { dateType: "PermanentStorage", from: at(-hour), to: at(hour) },
});

const ownFilters = (): Parameters<KsefClient["invoices"]["queryInvoiceMetadata"]>[0] =>
  lastHours() as unknown as Parameters<KsefClient["invoices"]["queryInvoiceMetadata"]>[0];

const accepted = (): string[] =>
  foreign.sandbox.ledger
    .accepted()
    .map(({ ksefNumber }) => ksefNumber)
    .toSorted();

const documents = (files: Map<string, Buffer>): string[] =>
  [...files]
    .filter(([name]) => name.endsWith(".xml"))
    .map(([, content]) => content.toString())
    .toSorted();
