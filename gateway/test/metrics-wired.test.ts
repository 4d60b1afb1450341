import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Secret } from "@ksef-hub/core";
import { sampleInvoiceXml } from "@ksef-hub/core/testing";
import { createSandbox } from "@ksef-hub/sandbox";
import { expect, it } from "vitest";
import { startHub } from "../src/hub.ts";
import { parse, series } from "./metrics-text.ts";
import { quick } from "./rig.ts";

const token = "a-token-of-the-scraper";
const nip = "5265877635";
const log = () => undefined;

it("counts stages, calls and batches of a running hub", async () => {
  const folder = await mkdtemp(join(tmpdir(), "hub-"));
  const sandbox = await createSandbox({ processing: { acceptedMs: 20, processingMs: 20 } });
  const environment = await sandbox.listen(0);
  const hub = await startHub({
    storage: folder,
    port: 0,
    timing: quick,
    metricsToken: new Secret(token),
    log,
  });
  try {
    const { certificatePem, privateKeyPem } = await sandbox.company(nip);
    await hub.engine.tenants.save(
      { id: "acme", nip, environment, createdAt: 0 },
      { kind: "certificate", certificatePem, privateKeyPem: new Secret(privateKeyPem) },
    );
    const key = (await hub.engine.apiKeys.issue("acme", "test", 0)).reveal();
    // More than go online.
    const count = 12;
    for (let n = 0; n < count; n++) {
      const headers = {
        authorization: `Bearer ${key}`,
        "content-type": "application/xml",
        "idempotency-key": `order-${n}`,
      };
      const body = sampleInvoiceXml({ number: `FV/${n}` });
      const { status } = await fetch(`${hub.url}/v1/invoices`, { method: "POST", body, headers });
      expect(status).toBe(202);
    }
    const whose = { tenant: "acme", environment: new URL(environment).origin };
    const scrape = async () => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${hub.url}/metrics`, { headers })).text();
    };
    const done = series("ksef_hub_submission_duration_seconds_count", whose);
    await expect.poll(async () => parse(await scrape()).get(done), { timeout: 20_000 }).toBe(count);
    const text = await scrape();
    const samples = parse(text);
    const moved = (from: string, to: string) =>
      samples.get(series("ksef_hub_submission_transitions_total", { ...whose, from, to }));
    expect([moved("none", "ready"), moved("ready", "sending"), moved("accepted", "reported")]).toEqual([
      count,
      count,
      count,
    ]);
    const sent = { environment: whose.environment, group: "invoiceSend", outcome: "ok" };
    const online = samples.get(series("ksef_hub_ksef_call_duration_seconds_count", sent)) ?? 0;
    const batched = samples.get(series("ksef_hub_batch_invoices_sum", whose)) ?? 0;
    expect(online + batched).toBe(count);
    expect(text).not.toContain(nip);
  } finally {
    await hub.close();
    await sandbox.close();
    await rm(folder, { recursive: true });
  }
});
