import { webcrypto } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { createSandbox, type Sandbox } from "../../../sandbox/src/index.ts";
import { judge } from "../../../sandbox/test/conformance/judge.ts";
import { embedded } from "../../src/adapters/embedded/index.ts";
import { createEngine, type Engine, type LogEntry } from "../../src/engine.ts";
import type { Credentials } from "../../src/ksef/credentials.ts";
import { Secret } from "../../src/secret.ts";
import type { Chore } from "../../src/upkeep/chore.ts";
import { upkeep } from "../../src/upkeep/upkeep.ts";
import { VirtualClock } from "../../testing/virtual-clock.ts";

export const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
export const nip = "5265877635";
export const token: Credentials = { kind: "token", token: new Secret("20260202-EC-1|nip-5265877635|abc") };

/** An engine on a virtual clock beside a sandbox in this process. */
export interface Rig extends AsyncDisposable {
  clock: VirtualClock;
  engine: Engine;
  sandbox: Sandbox;
  log: LogEntry[];
  /** The credentials of the sandbox's company. */
  certificate: Credentials;
  add(id: string, credentials: Credentials): Promise<void>;
  /** Begins upkeep; returns how to stop it. */
  upkeep(chores?: readonly Chore[]): () => Promise<void>;
}

export async function openRig(start?: number): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), "upkeep-"));
  const clock = new VirtualClock(start);
  keepTimeStill(clock);
  // Loaded late by an enrolment, which would take no time of the virtual clock's.
  await import("../../src/ksef/certificates/request.ts");
  const sandbox = await createSandbox({ clock, baseUrl: "http://sandbox/v2" });
  judge(sandbox);
  const ports = await embedded({ folder, clock });
  const log: LogEntry[] = [];
  const engine = createEngine({
    ports,
    log: (entry) => log.push(entry),
    fetch: (url, init) => clock.busy(Promise.resolve(sandbox.app.request(url, init))),
    batchFolder: join(folder, "batches"),
  });
  const { certificatePem, privateKeyPem } = await sandbox.company(nip);
  const stops: (() => Promise<void>)[] = [];
  return {
    clock,
    engine,
    sandbox,
    log,
    certificate: { kind: "certificate", certificatePem, privateKeyPem: new Secret(privateKeyPem) },
    add: async (id, credentials) => {
      await engine.tenants.save({ id, nip, environment: "http://sandbox/v2", createdAt: 0 }, credentials);
    },
    upkeep: (chores) => {
      const stopped = new AbortController();
      const options = chores === undefined ? {} : { chores };
      const running = upkeep(engine, { signal: stopped.signal, random: () => 0.5, ...options });
      const stop = async () => {
        stopped.abort();
        await running;
      };
      stops.push(stop);
      return stop;
    },
    [Symbol.asyncDispose]: async () => {
      for (const stop of stops) await stop();
      await ports[Symbol.asyncDispose]();
      await sandbox.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** While a key is made for a certificate, which happens in the thread pool. */
function keepTimeStill(clock: VirtualClock): void {
  const { subtle } = webcrypto;
  for (const name of ["generateKey", "exportKey", "importKey", "sign", "digest"] as const) {
    const original = Object.getPrototypeOf(subtle)[name] as (...args: unknown[]) => Promise<unknown>;
    const still = (...args: unknown[]) => clock.busy(original.apply(subtle, args));
    vi.spyOn(subtle, name).mockImplementation(still as never);
  }
}
