import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine, type Engine, type LogEntry, realClock, Secret, type Timing } from "@ksef-hub/core";
import { productionRateLimits, type Fetch } from "@ksef-hub/core/ksef";
import { laggingIndexes } from "@ksef-hub/core/testing";
import { localAws } from "@ksef-hub/core/testing/aws";
import { createSandbox, type Sandbox } from "@ksef-hub/sandbox";
import { judge } from "../../sandbox/test/conformance/judge.ts";
import { gateway } from "../src/app.ts";
import { openStorage } from "../src/storage.ts";
import { startWorker, type Worker } from "../src/worker.ts";

/** Pauses that a test can wait for. */
export const quick: Partial<Timing> = {
  deadlineMs: 2_000,
  quietMs: 50,
  lookMs: 10,
  longestLookMs: 50,
  backoffMs: 10,
  longestBackoffMs: 50,
  leaseMs: 1_000,
};

export interface View {
  id: string;
  state: string;
  ksefNumber?: string;
  session?: { reference: string };
  problem?: {
    code: string;
    message: string;
    upstream?: { code?: number; description?: string; details?: string[] };
  };
  receipt?: { sha256: string };
  timeline: { at: string; state: string; message: string; code?: string; times?: number }[];
  links: { self: string; xml: string; upo?: string };
}

export interface RigOptions {
  /** Stands between the hub and KSeF: where tests let things go wrong. */
  fetch?: Fetch;
  timing?: Partial<Timing>;
  /** What time it is in KSeF; the present when left out. */
  ksefNow?: () => number;
  /** `off`: KSeF counts no requests, and the hub knows; default: production's. */
  limits?: "production" | "off";
  /** Without a worker nothing moves after the intake. */
  worker?: boolean;
}

/** A hub and a sandbox in this process, one tenant, and a client that speaks to the hub's API without a socket. */
export class Rig implements AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly engine: Engine;
  readonly app: ReturnType<typeof gateway>;
  readonly nip: string;
  readonly key: string;
  readonly log: LogEntry[];
  #close: () => Promise<void>;

  private constructor(
    parts: Pick<Rig, "sandbox" | "engine" | "app" | "nip" | "key" | "log">,
    close: () => Promise<void>,
  ) {
    ({
      sandbox: this.sandbox,
      engine: this.engine,
      app: this.app,
      nip: this.nip,
      key: this.key,
      log: this.log,
    } = parts);
    this.#close = close;
  }

  static async start({
    fetch,
    timing = {},
    ksefNow,
    limits = "production",
    worker = true,
  }: RigOptions = {}): Promise<Rig> {
    const nip = "5265877635";
    const folder = await mkdtemp(join(tmpdir(), "hub-"));
    const sandbox = await createSandbox({
      limits,
      processing:
        ksefNow === undefined ? { acceptedMs: 20, processingMs: 20 } : { acceptedMs: 0, processingMs: 0 },
      ...(ksefNow === undefined ? {} : { clock: { ...realClock, now: ksefNow } }),
    });
    judge(sandbox);
    const closing = new AsyncDisposableStack();
    closing.defer(() => rm(folder, { recursive: true }));
    closing.defer(() => sandbox.close());
    // The suite runs again like this: on AWS, and with indexes that lag, for no step may trust them.
    const onAws = process.env["HUB_BACKEND"] === "aws" ? closing.use(await localAws()) : undefined;
    const storage = closing.use(await openStorage(onAws?.options ?? folder));
    const lagMs = Number(process.env["INDEXES_LAG_MS"] ?? 0);
    const { table: direct } = storage.ports;
    const table = lagMs === 0 ? direct : laggingIndexes(direct, { clock: realClock, lagMs });
    const ports = { ...storage.ports, table };
    const log: LogEntry[] = [];
    const engine = createEngine({
      ports,
      timing: { ...quick, ...timing },
      batchFolder: join(folder, "batches"),
      ...(limits === "off" ? { rateLimits: noLimits } : {}),
      log: (entry) => log.push(entry),
      ...(fetch === undefined ? {} : { fetch }),
    });
    const { certificatePem, privateKeyPem } = await sandbox.company(nip);
    await engine.tenants.save(
      { id: "acme", nip, environment: await sandbox.listen(0), createdAt: 0 },
      { kind: "certificate", certificatePem, privateKeyPem: new Secret(privateKeyPem) },
    );
    const key = (await engine.apiKeys.issue("acme", "test", 0)).reveal();
    const running: Worker | undefined = worker
      ? startWorker(engine, { sweepMs: 200, chores: false })
      : undefined;
    if (running !== undefined) closing.defer(() => running.stop());
    return new Rig({ sandbox, engine, app: gateway(engine), nip, key, log }, () => closing.disposeAsync());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }

  request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${this.key}`, ...(init.headers as Record<string, string>) };
    return Promise.resolve(this.app.request(path, { ...init, headers }));
  }

  post(xml: string | Uint8Array<ArrayBuffer>, idempotencyKey: string): Promise<Response> {
    const headers = { "content-type": "application/xml", "idempotency-key": idempotencyKey };
    return this.request("/v1/invoices", { method: "POST", body: xml, headers });
  }

  async view(id: string): Promise<View> {
    return (await (await this.request(`/v1/invoices/${id}`)).json()) as View;
  }

  /** The submission once `done` holds for it; by default once it is at rest. Thirty seconds at most. */
  async until(id: string, done = (view: View) => atRest.has(view.state)): Promise<View> {
    const giveUp = Date.now() + 30_000;
    for (;;) {
      const view = await this.view(id);
      if (done(view)) return view;
      if (Date.now() > giveUp)
        throw new Error(`still ${view.state}: ${JSON.stringify(view.timeline, null, 1)}`);
      await this.engine.clock.sleep(10);
    }
  }

  /** Posts an invoice and waits until it is at rest. */
  async deliver(xml: string | Uint8Array<ArrayBuffer>, idempotencyKey: string): Promise<View> {
    const response = await this.post(xml, idempotencyKey);
    const view = (await response.json()) as View;
    if (response.status !== 202) throw new Error(`${response.status} ${JSON.stringify(view)}`);
    return this.until(view.id);
  }
}

const many = { perSecond: 1e9, perMinute: 1e9, perHour: 1e9 };
const noLimits = Object.fromEntries(
  Object.keys(productionRateLimits).map((group) => [group, many]),
) as typeof productionRateLimits;

const atRest = new Set(["reported", "held", "rejected", "dead"]);
