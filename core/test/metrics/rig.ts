import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { embedded } from "../../src/adapters/embedded/index.ts";
import { createEngine, type Engine, type LogEntry } from "../../src/engine.ts";
import { Secret } from "../../src/secret.ts";
import type { Submission } from "../../src/submission.ts";
import { VirtualClock } from "../../testing/virtual-clock.ts";

/** A Wednesday in Poland. */
export const start = Date.parse("2026-02-18T08:00:00Z");
export const nip = "5265877635";

/** An engine on a folder of its own, with the tenants `acme` and `beta`, no KSeF, and a virtual clock. */
export async function openRig() {
  const folder = await mkdtemp(join(tmpdir(), "metrics-"));
  const clock = new VirtualClock(start);
  const ports = await embedded({ folder, clock });
  const log: LogEntry[] = [];
  const engine = createEngine({ ports, log: (entry) => log.push(entry) });
  for (const id of ["acme", "beta"])
    await engine.tenants.save(
      { id, nip, environment: "test", createdAt: 0 },
      { kind: "token", token: new Secret("token") },
    );
  return {
    engine,
    clock,
    log,
    add: (id: string, change: Partial<Submission> = {}) => add(engine, id, change),
    [Symbol.asyncDispose]: async () => {
      await ports[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

/** A submission of `acme` that is ready since the start, unless `change` says otherwise. */
export function submission(id: string, change: Partial<Submission> = {}): Submission {
  return {
    tenant: "acme",
    id,
    idempotencyKey: id,
    state: "ready",
    createdAt: start,
    updatedAt: start,
    wakeAt: start,
    source: { key: "s", sha256: "s", size: 1, mediaType: "application/xml" },
    document: { key: "d", sha256: "d", size: 1 },
    warnings: [],
    invoice: {
      sellerNip: nip,
      kind: "VAT",
      number: `FV/${id}`,
      issueDate: "2026-02-18",
      currency: "PLN",
      gross: "123.00",
    },
    urgent: false,
    attachment: false,
    looks: 0,
    failures: 0,
    spent: 0,
    timeline: [],
    ...change,
  };
}

async function add(engine: Engine, id: string, change: Partial<Submission>): Promise<void> {
  await engine.submissions.create(submission(id, change));
}
