/**
 * The hub that is measured: `node hub.ts FOLDER` as a child with IPC. It gets the company, answers with where the API is,
 * then says what it has used whenever it is asked. It ends with whoever started it.
 */
import { Secret } from "@ksef-hub/core";
import { startHub } from "@ksef-hub/gateway";

export interface Company {
  nip: string;
  environment: string;
  certificatePem: string;
  privateKeyPem: string;
}

/** `cpuMs` since the start of the process, of all its threads. */
export interface Usage {
  cpuMs: number;
  isIdle: boolean;
}

process.once("disconnect", () => process.exit());
const [folder = ""] = process.argv.slice(2);
process.once("message", ({ certificatePem, privateKeyPem, ...company }: Company) => {
  void (async () => {
    const hub = await startHub({
      storage: folder,
      port: 0,
      log: (entry) => console.error(JSON.stringify(entry)),
    });
    const { engine } = hub;
    await engine.tenants.save(
      { id: "bench", createdAt: 0, ...company },
      { kind: "certificate", certificatePem, privateKeyPem: new Secret(privateKeyPem) },
    );
    const key = (await engine.apiKeys.issue("bench", "bench", 0)).reveal();
    // The sandbox counts nothing; until it has said so, production's limits are kept.
    const ksef = await engine.ksef("bench");
    await engine.budget.learn("bench", await ksef.use((access) => ksef.client.rateLimits(access)));
    process.on("message", () => {
      void (async () => {
        const { done } = await engine.submissions.unfinished("bench", Date.UTC(9999, 0)).next();
        const { user, system } = process.cpuUsage();
        process.send?.({ cpuMs: (user + system) / 1_000, isIdle: done === true } satisfies Usage);
      })();
    });
    process.send?.({ url: hub.url, key });
  })();
});
