import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { embedded } from "../../src/adapters/embedded/index.ts";
import { createEngine, type Engine, type LogEntry } from "../../src/engine.ts";
import { submit, type Intake } from "../../src/intake.ts";
import { certificateSecret, sealCertificate } from "../../src/ksef/certificates/stored.ts";
import type { BeaconAnswer } from "../../src/ksef/outage/latarnia.ts";
import { outagesOn } from "../../src/ksef/outage/outages.ts";
import { Secret } from "../../src/secret.ts";
import type { Submission } from "../../src/submission.ts";
import { sampleInvoice, type SampleInvoice } from "../../testing/invoice.ts";

export const nip = "5265877635";

/** An engine on a folder of its own, with one tenant, no KSeF, and a clock that stands where it was set. */
export async function openRig(at: string) {
  const folder = await mkdtemp(join(tmpdir(), "issuing-"));
  let now = Date.parse(at);
  const ports = await embedded({
    folder,
    clock: { now: () => now, sleep: () => Promise.reject(new Error("nobody sleeps here")) },
  });
  const log: LogEntry[] = [];
  const engine = createEngine({ ports, log: (entry) => log.push(entry) });
  await engine.tenants.save(
    { id: "acme", nip, environment: "test", createdAt: 0 },
    { kind: "token", token: new Secret("token") },
  );
  return {
    engine,
    log,
    setTime: (time: string) => {
      now = Date.parse(time);
    },
    certificate: (serialNumber: string, until = "2028-01-01T00:00:00Z") =>
      putCertificate(engine, serialNumber, until),
    hand: (invoice: SampleInvoice, intake: Partial<Intake> = {}): Promise<Submission> =>
      submit(engine, {
        tenant: "acme",
        idempotencyKey: invoice.number ?? "key",
        mediaType: "application/xml",
        content: sampleInvoice(invoice),
        ...intake,
      }),
    /** What the dispatcher would have made of it. */
    change: async (id: string, change: Partial<Submission>): Promise<void> => {
      const stored = await engine.submissions.get({ tenant: "acme", id });
      if (stored === undefined) throw new Error("no such submission");
      await engine.submissions.replace(stored, { ...stored.value, ...change });
    },
    beacon: (answer: BeaconAnswer) => outagesOn(engine.table).remember("test", answer, now),
    [Symbol.asyncDispose]: async () => {
      await ports[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

async function putCertificate(engine: Engine, serialNumber: string, until: string) {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  await engine.secrets.put(
    certificateSecret("acme", "Offline"),
    sealCertificate({
      type: "Offline",
      certificatePem: "",
      privateKeyPem: new Secret(pem),
      serialNumber,
      validFrom: Date.parse("2026-01-01T00:00:00Z"),
      validTo: Date.parse(until),
    }),
  );
  return publicKey;
}
