import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { documentsOf } from "../batch-documents.ts";
import type { BenchOptions, Figure } from "../figure.ts";
import { startSandbox } from "../sandbox-process.ts";
import { floorOf } from "./floor.ts";
import { type HubProcess, startHubProcess } from "./hub-process.ts";

/** Aims. Memory is the growth of the resident set of a process that does nothing else. */
const aims = { ofFloor: 2, growthMb: 150 };
const warmUp = 200;
const callers = 64;

/**
 * Invoices of 5 KB posted by many callers at once, all the way to their receipts, through a hub alone in its process to a
 * sandbox in another that counts no requests. The hub's processor time stands beside that of the work nobody gets round.
 */
export async function* throughput({ quick }: BenchOptions): AsyncGenerator<Figure> {
  const invoices = quick ? 1_000 : 10_000;
  const all: Uint8Array<ArrayBuffer>[] = [];
  for await (const { content } of documentsOf(warmUp + invoices)) all.push(new Uint8Array(content));
  const documents = all.slice(warmUp);
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  const { sandbox, baseUrl: environment, nip, certificatePem, privateKeyPem } = await startSandbox();
  let hub: HubProcess | undefined;
  try {
    hub = await startHubProcess(join(folder, "hub"), { nip, environment, certificatePem, privateKeyPem });
    // Logs in and compiles the schema.
    await deliver(hub, all.slice(0, warmUp));
    const { now: idleBytes } = await idle(hub);
    const idleShare = await idleShareOf(hub);

    await hub.forgetPeak();
    const { cpuMs: cpuBefore } = await hub.usage();
    const start = performance.now();
    const postedMs = await deliver(hub, documents);
    const elapsedMs = performance.now() - start;
    const { cpuMs: cpuAfter } = await hub.usage();
    const { peak } = await hub.memory();
    await requireReported(hub, all.length);

    const rate = invoices / (elapsedMs / 1_000);
    yield {
      bench: "throughput",
      value: rounded(rate),
      unit: "invoices a second, from POST to receipt",
      aim: "none: it depends on the machine",
      met: true,
      invoices,
      seconds: rounded(elapsedMs / 1_000),
      posting: rounded(postedMs / 1_000),
    };

    const bare = join(folder, "bare");
    await mkdir(bare);
    const parts = floorOf(documents, bare);
    const floorMs = Object.values(parts).reduce((sum, ms) => sum + ms, 0);
    const cpuMs = cpuAfter - cpuBefore - idleShare * elapsedMs;
    const value = rounded(cpuMs / floorMs);
    yield {
      bench: "throughput.cpu",
      value,
      unit: "times the processor time of bare XSD, SHA-256, gzip, AES and a durable write",
      aim: `<= ${aims.ofFloor}`,
      met: value <= aims.ofFloor,
      invoices,
      msAnInvoice: rounded(cpuMs / invoices),
      floor: Object.fromEntries(
        Object.entries(parts).map(([name, ms]) => [name, Math.round((ms / invoices) * 10_000) / 10_000]),
      ),
      idleShare: Math.round(idleShare * 10_000) / 10_000,
    };

    const growth = Math.round((peak - idleBytes) / 1e6);
    yield {
      bench: "throughput.memory",
      value: growth,
      unit: "MB the resident set grew by, at most",
      aim: `<= ${aims.growthMb}`,
      met: growth <= aims.growthMb,
      invoices,
      idle: Math.round(idleBytes / 1e6),
    };
  } finally {
    await hub?.stop();
    sandbox.kill();
    await rm(folder, { recursive: true });
  }
}

/** Posts them and waits until nothing is left to do; returns how long the posting took, in milliseconds. */
async function deliver(hub: HubProcess, documents: Uint8Array<ArrayBuffer>[]): Promise<number> {
  const start = performance.now();
  const waiting = documents.values();
  const caller = async (): Promise<void> => {
    for (const document of waiting) {
      const posted = await fetch(`${hub.url}/v1/invoices`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${hub.key}`,
          "content-type": "application/xml",
          "idempotency-key": crypto.randomUUID(),
        },
        body: document,
      });
      const answer = await posted.text();
      if (posted.status !== 202) throw new Error(`The hub refuses an invoice: ${answer}`);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const postedMs = performance.now() - start;
  const giveUp = performance.now() + 60_000 + documents.length * 100;
  while (!(await hub.usage()).isIdle) {
    if (performance.now() > giveUp) throw new Error("The hub does not get done.");
    // Seldom, for looking costs the hub's time.
    await pause(100);
  }
  return postedMs;
}

/** The memory once the garbage of the start is gone. */
async function idle(hub: HubProcess): Promise<{ now: number }> {
  await pause(2_000);
  return hub.memory();
}

/** The share of a processor that the hub takes when there is nothing to do. */
async function idleShareOf(hub: HubProcess): Promise<number> {
  const before = await hub.usage();
  await pause(idleMs);
  const after = await hub.usage();
  return (after.cpuMs - before.cpuMs) / idleMs;
}

const idleMs = 3_000;

/** Nothing counts unless KSeF's receipt is there for each. */
async function requireReported({ url, key }: HubProcess, count: number): Promise<void> {
  let reported = 0;
  for (let after = ""; ;) {
    const answer = await fetch(`${url}/v1/invoices?limit=100${after}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    const page = (await answer.json()) as { invoices: { state: string; receipt?: object }[]; next?: string };
    for (const { state, receipt } of page.invoices) {
      if (state !== "reported" || receipt === undefined) throw new Error(`An invoice ended as ${state}.`);
      reported += 1;
    }
    if (page.next === undefined) break;
    after = `&after=${encodeURIComponent(page.next)}`;
  }
  if (reported !== count) throw new Error(`${reported} of ${count} invoices are reported.`);
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
