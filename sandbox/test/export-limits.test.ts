import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox, type SandboxOptions } from "../src/index.ts";
import { login, type Client } from "./client.ts";
import { invoiceXml } from "./invoice.ts";
import {
  download,
  exportAll,
  exportNow,
  filters,
  find,
  numbers,
  openPackage,
  startExport,
} from "./reader.ts";
import { virtualClock, type VirtualClock } from "./virtual-clock.ts";

let clock: VirtualClock;
let sandbox: Sandbox;
let client: Client;
async function open(options: SandboxOptions): Promise<void> {
  const processing = { acceptedMs: 0, processingMs: 0 };
  sandbox = await createSandbox({ clock, limits: "off", processing, ...options });
  client = await login(sandbox, await sandbox.company("5265877635"));
}
afterEach(() => sandbox.close());

describe("a package that does not hold everything", () => {
  it.each([
    ["PermanentStorage", "lastPermanentStorageDate", "permanentStorageDate"],
    ["Invoicing", "lastInvoicingDate", "invoicingDate"],
  ] as const)("is gone on from by %s without loss", async (dateType, last, date) => {
    clock = virtualClock();
    await open({ readingLimits: { exportInvoices: 8 } });
    await deliver(20);
    const seen: string[] = [];
    let from: string | undefined = "2026-03-02T00:00:00Z";
    const counts: number[] = [];
    while (from !== undefined && counts.length < 5) {
      const wanted = filters({ dateRange: { dateType, from } });
      const { exported, metadata } = await exportAll(sandbox, clock, client, wanted);
      const made = exported.package!;
      counts.push(made.invoiceCount);
      seen.push(...metadata.map(({ invoiceNumber }) => invoiceNumber));
      expect(made.isTruncated).toBe(made[last] !== undefined);
      from = made[last];
      expect([undefined, metadata.at(-1)![date]]).toContain(from);
    }
    // Both ends belong to a range: the last of one package is the first of the next.
    expect(counts).toEqual([8, 8, 6]);
    expect([...new Set(seen)]).toEqual(range(20));
  });

  it("by issue date tells the day of the last invoice", async () => {
    clock = virtualClock();
    await open({ readingLimits: { exportInvoices: 2 } });
    for (const issueDate of ["2026-03-02", "2026-02-27", "2026-02-28"])
      await sandbox.deliver(Buffer.from(invoiceXml({ issueDate, number: issueDate })));
    const dateRange = { dateType: "Issue", from: "2026-02-01T00:00:00Z" };
    clock.pass(1);
    const { exported, metadata } = await exportAll(sandbox, clock, client, filters({ dateRange }));
    expect(numbers({ invoices: metadata })).toEqual(["2026-02-27", "2026-02-28"]);
    expect(exported.package).toMatchObject({ isTruncated: true, lastIssueDate: "2026-02-28" });
    expect(exported.package).toMatchObject({ permanentStorageHwmDate: null });
  });

  it("ends where the compressed documents exceed the limit, but never before the first", async () => {
    clock = virtualClock();
    const deflated = 800;
    await open({ readingLimits: { exportBytes: 3 * deflated } });
    await deliver(6);
    const { exported } = await exportAll(sandbox, clock, client, filters());
    expect(exported.package).toMatchObject({ isTruncated: true });
    expect(exported.package!.invoiceCount).toBeGreaterThan(1);
    expect(exported.package!.invoiceCount).toBeLessThan(6);
    const whole = await exportAll(sandbox, clock, client, filters(), { onlyMetadata: true });
    expect(whole.exported.package).toMatchObject({ invoiceCount: 6, isTruncated: false });
    await sandbox.close();

    await open({ readingLimits: { exportBytes: 1 } });
    await deliver(2);
    const smallest = await exportAll(sandbox, clock, client, filters());
    expect(smallest.exported.package).toMatchObject({ isTruncated: true, invoiceCount: 1 });
  });
});

describe("a large package", () => {
  it.each(["Zip", "TarGz"] as const)("comes in parts (%s)", async (compressionType) => {
    clock = virtualClock();
    await open({ readingLimits: { exportPartBytes: 1000 } });
    await deliver(5);
    const { exported, documents } = await exportAll(sandbox, clock, client, filters(), { compressionType });
    const { parts, size } = exported.package!;
    expect(parts.length).toBe(Math.ceil(size / 1000));
    expect(parts.length).toBeGreaterThan(1);
    const suffix = compressionType === "Zip" ? "zip" : "tar.gz";
    for (const [index, { ordinalNumber, partName, partSize }] of parts.entries()) {
      expect(ordinalNumber).toBe(index + 1);
      expect(partName).toMatch(new RegExp(`-00${index + 1}\\.${suffix}\\.aes$`));
      expect(partSize).toBe(Math.min(1000, size - index * 1000));
    }
    expect(documents.size).toBe(5);
  });
});

it("exports and metadata survive a restart", async () => {
  clock = virtualClock();
  const data = await mkdtemp(join(tmpdir(), "sandbox-export-"));
  try {
    await open({ data });
    await deliver(3);
    const before = await find(client, filters());
    const opened = await startExport(sandbox, client, filters());
    clock.pass(200);
    const { package: made } = await exportNow(client, opened);
    await sandbox.close();

    await open({ data });
    expect((await find(client, filters())).invoices).toEqual(before.invoices);
    expect((await download(sandbox, made!.parts[0]!)).status).toBe(200);
    const { documents, metadata } = await openPackage(sandbox, await exportNow(client, opened), opened);
    expect(documents.size).toBe(3);
    expect(metadata).toEqual(before.invoices);
  } finally {
    await rm(data, { recursive: true });
  }
});

/** Numbered from 0, each stored a second after the other. */
async function deliver(count: number): Promise<void> {
  for (const number of range(count)) {
    await sandbox.deliver(Buffer.from(invoiceXml({ number })));
    clock.pass(1000);
  }
}

const range = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));
