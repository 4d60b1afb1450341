import { expect, it } from "vitest";
import { createSandbox } from "../src/index.ts";
import { login } from "./client.ts";
import { invoiceXml } from "./invoice.ts";
import { exportAll, filters } from "./reader.ts";
import { virtualClock } from "./virtual-clock.ts";

// Source: ksef-docs, pobieranie-faktur/przyrostowe-pobieranie-faktur.md.
it("an incremental download sees every invoice once, though some are stored long after later ones", async () => {
  const clock = virtualClock();
  const processing = { acceptedMs: 100, processingMs: 200, storageMs: 3000 };
  const sandbox = await createSandbox({
    clock,
    limits: "off",
    processing,
    readingLimits: { exportInvoices: 7 },
  });
  const company = await sandbox.company("1111111111");
  const sent: string[] = [];
  const seen = new Map<string, number>();
  let [from, truncated] = ["2026-03-02T00:00:00Z", 0];

  const arrive = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      const isLate = sent.length % 5 === 3;
      if (isLate) sandbox.faults.add({ fault: { kind: "storage-late", ms: 90_000 }, times: 1 });
      sent.push((await sandbox.deliver(Buffer.from(invoiceXml()))).ksefNumber);
      clock.pass(700);
    }
  };
  const downloadNext = async (): Promise<void> => {
    const client = await login(sandbox, company);
    const dateRange = { from, restrictToPermanentStorageHwmDate: true };
    const wanted = filters({ subjectType: "Subject2", dateRange });
    const { exported, documents, metadata } = await exportAll(sandbox, clock, client, wanted);
    const made = exported.package!;
    expect(documents.size).toBe(metadata.length);
    for (const { ksefNumber, permanentStorageDate } of metadata) {
      seen.set(ksefNumber, (seen.get(ksefNumber) ?? 0) + 1);
      expect(permanentStorageDate >= from.replace("Z", ".000+00:00")).toBe(true);
    }
    if (made.isTruncated) truncated += 1;
    from = made.isTruncated ? made.lastPermanentStorageDate! : made.permanentStorageHwmDate!;
  };

  for (let round = 0; round < 12; round += 1) {
    await arrive(5 + (round % 4));
    await downloadNext();
  }
  clock.pass(120_000);
  for (let round = 0; round < 20; round += 1) await downloadNext();
  await sandbox.close();

  expect(new Set(seen.keys())).toEqual(new Set(sent));
  // Packages that were cut off share their last invoice with the next one: nothing else comes twice.
  const repeated = [...seen.values()].reduce((sum, times) => sum + times - 1, 0);
  expect(truncated).toBeGreaterThan(0);
  expect(repeated).toBe(truncated);
});
