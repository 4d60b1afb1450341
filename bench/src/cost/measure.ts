import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createEngine,
  engineMetrics,
  realClock,
  Secret,
  submit,
  type Engine,
  type Table,
} from "@ksef-hub/core";
import { aws } from "@ksef-hub/core/aws";
import { localAws } from "@ksef-hub/core/testing/aws";
import type { Fetch } from "@ksef-hub/core/ksef";
import { startWorker } from "@ksef-hub/gateway";
import { createSandbox } from "@ksef-hub/sandbox";
import { documentsOf } from "../batch-documents.ts";
import { countArchive, requestsOf, spentFor, type Spent } from "./count.ts";
import { countTable } from "./request-units.ts";

export interface Run {
  invoices: number;
  /** They are handed in to another process than the one that sends them, so the queue carries the bells. */
  apart?: boolean;
}

/**
 * What each of these invoices of 5 KB takes, from before the first is taken in until all have their receipts and nothing is
 * left to do: through a hub on doubles of AWS and a sandbox with production's request limits. All are handed in before the
 * first is sent, and KSeF is through with them at the fifth look. What goes by the clock is left out: no sweeps, no watch
 * over KSeF, no chores.
 */
export async function measure({ invoices, apart = false }: Run): Promise<Spent> {
  await using closing = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "cost-"));
  closing.defer(() => rm(folder, { recursive: true }));
  const { ksefClock, fetch } = patience();
  const sandbox = await createSandbox({ clock: ksefClock, processing });
  closing.defer(() => sandbox.close());
  const local = closing.use(await localAws());
  // As long as in earnest: no poll ends meanwhile, unless a bell ends it.
  const ports = closing.use(aws({ ...local.options, reading: { waitTimeSeconds: 20 } }));
  const { table, units, bytes } = countTable(ports.table);
  const { archive, kept } = countArchive(ports.archive);
  const end = endOf(table, invoices);
  const open = (): Engine =>
    createEngine({
      ports: { ...ports, table: end.table, archive },
      batchFolder: folder,
      fetch,
      metrics: { ...engineMetrics(), stage: end.stage },
      log: ({ code, message }) => end.reached.reject(new Error(`The hub complains: ${code}: ${message}`)),
    });
  const engine = open();
  const { certificatePem, privateKeyPem } = await sandbox.company(nip);
  await engine.tenants.save(
    { id: tenant, nip, environment: await sandbox.listen(0), createdAt: 0 },
    { kind: "certificate", certificatePem, privateKeyPem: new Secret(privateKeyPem) },
  );
  const held = heldBells(engine);
  const worker = startWorker(withoutClock(held.engine), { chores: false });
  closing.defer(() => worker.stop());

  const soFar = (): Spent => ({
    requests: requestsOf(local),
    readUnits: units.read,
    writeUnits: units.write,
    archiveBytes: kept.bytes,
    tableBytes: bytes(),
  });
  const before = soFar();
  const taker = apart ? open() : engine;
  let number = 0;
  for await (const { content } of documentsOf(invoices)) {
    const intake = { tenant, idempotencyKey: `invoice-${++number}`, content: new Uint8Array(content) };
    await submit(taker, { ...intake, mediaType: "application/xml" });
  }
  held.release();
  await end.reached.promise;
  return spentFor(invoices, before, soFar());
}

const tenant = "cost";
const nip = "5265877635";

/**
 * KSeF's time, which jumps to the end of its work at that look: so many are made in the half second it takes as a rule, and
 * on a slow machine there would be fewer.
 */
function patience() {
  let looks = 0;
  const ksefClock = { ...realClock, now: () => Date.now() + (looks < looksUntilThrough ? 0 : 120_000) };
  const fetch: Fetch = (url, init) => {
    if (/\/sessions\/(?!online$|batch$)[^/]+(\/invoices\/[^/]+)?$/.test(url)) looks += 1;
    return globalThis.fetch(url, init);
  };
  return { ksefClock, fetch };
}

const looksUntilThrough = 5;
const processing = { acceptedMs: 30_000, processingMs: 30_000 };

/** All have their receipts, and the company's desk is given back. */
function endOf(table: Table, invoices: number) {
  const reached = Promise.withResolvers<void>();
  let waiting = invoices;
  const put: Table["put"] = async (item, expected) => {
    const done = await table.put(item, expected);
    const isDesk = item.sk === "desk" && (item.value as { until: number }).until === 0;
    if (isDesk && waiting === 0) reached.resolve();
    return done;
  };
  const stage = ({ to }: { to: string }): void => {
    if (to === "reported") waiting -= 1;
  };
  return { reached, table: { ...table, put }, stage };
}

/** Whoever answers the bells of this engine hears none before `release`. Bells of the queue come as they come. */
function heldBells(engine: Engine): { engine: Engine; release: () => void } {
  const gate = Promise.withResolvers<void>();
  const answerBells: Engine["answerBells"] = (dispatcher) =>
    engine.answerBells({
      ring: (...bell) => void gate.promise.then(() => dispatcher.ring(...bell)),
    });
  return { engine: { ...engine, answerBells }, release: gate.resolve };
}

/** As the worker sees it: there is no company to sweep, and no environment to watch. */
function withoutClock(engine: Engine): Engine {
  return { ...engine, tenants: { ...engine.tenants, all: nobody }, watch: () => Promise.resolve() };
}

async function* nobody() {}
