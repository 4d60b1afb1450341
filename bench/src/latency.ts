import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { defaultTiming, realClock, Secret } from "@ksef-hub/core";
import {
  connectKsef,
  type KsefConnection,
  newSessionKey,
  sealInvoice,
  sealSessionKey,
} from "@ksef-hub/core/ksef";
import { sampleInvoice } from "@ksef-hub/core/testing";
import { startHub } from "@ksef-hub/gateway";
import type { BenchOptions, Figure } from "./figure.ts";
import { quantile } from "./figure.ts";
import { startSandbox } from "./sandbox-process.ts";

/**
 * One invoice at a time, from the POST to its KSeF number as the caller of our API sees it, beside a bare client that
 * makes the same calls to the same sandbox with the same pauses and keeps nothing. Both are logged in beforehand, and
 * they take turns, so that whatever the machine does meanwhile happens to both.
 */
export async function* latency({ quick }: BenchOptions): AsyncGenerator<Figure> {
  const runs = quick ? 20 : 100;
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  const { sandbox, baseUrl, nip, certificatePem, privateKeyPem } = await startSandbox();
  const credentials = {
    kind: "certificate",
    certificatePem,
    privateKeyPem: new Secret(privateKeyPem),
  } as const;
  const hub = await startHub({
    storage: folder,
    port: 0,
    log: (entry) => console.error(JSON.stringify(entry)),
  });
  try {
    await hub.engine.tenants.save({ id: "bench", nip, environment: baseUrl, createdAt: 0 }, credentials);
    const key = (await hub.engine.apiKeys.issue("bench", "bench", 0)).reveal();
    const endpoint = { baseUrl, deadlineMs: 30_000, fetch };
    const bare = connectKsef({ endpoint, nip, credentials: async () => credentials, clock: realClock });

    const hubMs: number[] = [];
    const intakeMs: number[] = [];
    const bareMs: number[] = [];
    for (let run = -2; run < runs; run++) {
      const viaHub = await throughHub(hub.url, key, sampleInvoice({ sellerNip: nip, number: `HUB/${run}` }));
      const viaBare = await throughBareClient(bare, sampleInvoice({ sellerNip: nip, number: `BARE/${run}` }));
      if (run < 0) continue; // the first ones log in and compile the schema
      hubMs.push(viaHub.numberMs);
      intakeMs.push(viaHub.takenMs);
      bareMs.push(viaBare);
    }
    const own = Math.round((quantile(hubMs, 0.5) - quantile(bareMs, 0.5)) * 100) / 100;
    yield {
      bench: "latency",
      value: own,
      unit: "ms more than a bare client, at the median",
      aim: "<= 50",
      met: own <= 50,
      runs,
      hub: { p50: quantile(hubMs, 0.5), p95: quantile(hubMs, 0.95) },
      bare: { p50: quantile(bareMs, 0.5), p95: quantile(bareMs, 0.95) },
      ratio: Math.round((quantile(hubMs, 0.5) / quantile(bareMs, 0.5)) * 1000) / 1000,
    };
    const taken = quantile(intakeMs, 0.5);
    yield {
      bench: "latency.intake",
      value: taken,
      unit: "ms from POST to a durable 202, at the median",
      aim: "<= 20",
      met: taken <= 20,
      runs,
      p95: quantile(intakeMs, 0.95),
    };
  } finally {
    await hub.close();
    sandbox.kill();
    await rm(folder, { recursive: true });
  }
}

async function throughHub(url: string, key: string, xml: Uint8Array<ArrayBuffer>) {
  const headers = {
    authorization: `Bearer ${key}`,
    "content-type": "application/xml",
    "idempotency-key": randomKey(),
  };
  const start = performance.now();
  const posted = await fetch(`${url}/v1/invoices`, { method: "POST", headers, body: xml });
  const { id } = (await posted.json()) as { id: string };
  const takenMs = performance.now() - start;
  for (;;) {
    const answer = await fetch(`${url}/v1/invoices/${id}`, { headers });
    const view = (await answer.json()) as { state: string; ksefNumber?: string };
    if (view.ksefNumber !== undefined) return { takenMs, numberMs: performance.now() - start };
    if (["held", "rejected", "dead"].includes(view.state))
      throw new Error(`the invoice ended as ${view.state}`);
    await pause(2);
  }
}

async function throughBareClient(ksef: KsefConnection, xml: Uint8Array<ArrayBuffer>): Promise<number> {
  const start = performance.now();
  const key = newSessionKey();
  const encryption = sealSessionKey(key, await ksef.publicKey("SymmetricKeyEncryption"));
  const session = await ksef.use((access) => ksef.client.openOnline({ formCode, encryption }, access));
  const { referenceNumber } = session;
  const sent = await ksef.use((access) =>
    ksef.client.sendInvoice(referenceNumber, sealInvoice(xml, key), access),
  );
  const sentAt = performance.now();
  await ksef.use((access) => ksef.client.closeOnline(referenceNumber, access));
  let waitMs = defaultTiming.lookMs - (performance.now() - sentAt);
  for (let looks = 1; ; looks++) {
    await pause(waitMs);
    const seen = await ksef.use((access) =>
      ksef.client.sessionInvoice(referenceNumber, sent.referenceNumber, access),
    );
    if (seen.ksefNumber) return performance.now() - start;
    waitMs = Math.min(defaultTiming.lookMs * 1.5 ** looks, defaultTiming.longestLookMs);
  }
}

const formCode = { systemCode: "FA (3)", schemaVersion: "1-0E", value: "FA" };

const randomKey = (): string => crypto.randomUUID();
