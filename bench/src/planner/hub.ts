import { rm, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createEngine,
  type LogEntry,
  restingStates,
  Secret,
  type State,
  submit,
  type Table,
} from "@ksef-hub/core";
import { startWorker } from "@ksef-hub/gateway";
import { memoryPorts } from "./memory-ports.ts";
import { runOf, type Run } from "./run.ts";
import { withSeededRandom } from "./seeded.ts";
import { baseUrl, nip, simulatedKsef } from "./simulated-ksef.ts";

export interface HubRun extends Run {
  /** Those without a number: it stopped, or the patience was at an end. */
  without: number;
  /** How often the hub warned or complained, by code. */
  log: Record<string, number>;
  /** Real time. */
  tookSeconds: number;
}

type Invoice = (index: number) => Uint8Array<ArrayBuffer>;

/**
 * The real engine and worker with invoices that come in at these times, in milliseconds from the start. Those of time 0
 * are there before the worker starts. Ends when each has its number or has stopped, and after `patienceMs` of virtual
 * time without the rest. The same seed gives the same run.
 */
export function hubRun(
  seed: string,
  arrivals: number[],
  invoice: Invoice,
  patienceMs: number,
): Promise<HubRun> {
  return withSeededRandom(seed, () => run(seed, arrivals, invoice, patienceMs));
}

async function run(seed: string, arrivals: number[], invoice: Invoice, patienceMs: number): Promise<HubRun> {
  const began = performance.now();
  const ksef = await simulatedKsef(seed);
  const { clock } = ksef;
  const known = new Map<string, number>();
  const stopped = new Set<string>();
  const log: Record<string, number> = {};
  const ports = memoryPorts(clock);
  const table = watched(ports.table, (id, state, number) => {
    if (number) known.set(id, known.get(id) ?? clock.now());
    if (!number && (restingStates as readonly State[]).includes(state)) stopped.add(id);
    else stopped.delete(id);
  });
  const folder = await mkdtemp(join(tmpdir(), "planner-"));
  const engine = createEngine({
    ports: { ...ports, table },
    batchFolder: folder,
    fetch: ksef.fetch,
    log: ({ code }: LogEntry) => void (log[code] = (log[code] ?? 0) + 1),
  });
  const { certificatePem, privateKeyPem } = ksef.company;
  await engine.tenants.save(
    { id: tenant, nip, environment: baseUrl, createdAt: 0 },
    { kind: "certificate", certificatePem, privateKeyPem: new Secret(privateKeyPem) },
  );
  await ksef.until(warmUp(await engine.ksef(tenant)));

  const start = clock.now();
  const ids: string[] = [];
  const handIn = async (index: number): Promise<void> => {
    const content = invoice(index);
    const intake = { tenant, idempotencyKey: String(index), mediaType: "application/xml", content } as const;
    ids[index] = (await submit(engine, intake)).id;
  };
  const there = arrivals.filter((at) => at === 0).length;
  for (let index = 0; index < there; index++) await handIn(index);
  const worker = startWorker(engine);
  const arriving = (async () => {
    for (let index = there; index < arrivals.length; index++) {
      await clock.sleep(start + arrivals[index]! - clock.now());
      await handIn(index);
    }
  })();
  const isOver = () => known.size + stopped.size === arrivals.length || clock.now() - start >= patienceMs;
  await clock.runUntil(isOver, { limitMs: Infinity });
  const at = arrivals.map((_, index) => (known.get(ids[index] ?? "") ?? clock.now()) - start);
  const reached = runOf(at, arrivals, { ...ksef, requests: { ...ksef.requests } });
  await ksef.until(Promise.all([arriving, worker.stop()]));
  await ksef.sandbox.close();
  await rm(folder, { recursive: true });
  const tookSeconds = Math.round(performance.now() - began) / 1_000;
  return { ...reached, without: arrivals.length - known.size, log, tookSeconds };
}

const tenant = "bench";

/** Logs in and fetches the public keys. */
export async function warmUp(ksef: {
  use(work: () => Promise<void>): Promise<void>;
  publicKey(usage: "SymmetricKeyEncryption"): Promise<unknown>;
}): Promise<void> {
  await ksef.use(async () => undefined);
  await ksef.publicKey("SymmetricKeyEncryption");
}

/** Tells of each submission that was written. */
function watched(table: Table, seen: (id: string, state: State, number: string | undefined) => void): Table {
  return {
    get: (key) => table.get(key),
    query: (query) => table.query(query),
    delete: (key, expected) => table.delete(key, expected),
    put: async (item, expected) => {
      const written = await table.put(item, expected);
      if (written && item.sk === "submission") {
        const { id, state, ksef } = item.value as { id: string; state: State; ksef?: { number: string } };
        seen(id, state, ksef?.number);
      }
      return written;
    },
  };
}
