import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createSandbox } from "@ksef-hub/sandbox";
import { erp } from "./caller.ts";
import { prepareTenants } from "./companies.ts";
import { submissionsOf, untilAtRest, type Evidence } from "./evidence.ts";
import { startFaults } from "./faults.ts";
import { hubProcess } from "./hub-process.ts";
import { killAtRandom } from "./kills.ts";
import { seeded } from "./random.ts";
import { figuresOf, type Figures } from "./figures.ts";
import { chaosStorage, type Backend } from "./storage.ts";
import { trafficOf } from "./traffic.ts";
import { findingsOf, type Finding } from "./verdict.ts";

export interface ChaosOptions {
  kills: number;
  invoices: number;
  tenants: number;
  seed: number;
  limits: "production" | "off";
  /** Where the hub keeps everything. */
  backend: Backend;
  /** How long nothing may come to rest at the end before the run is given up, in milliseconds. */
  patienceMs: number;
  /** Hears every few seconds how far the run is. */
  progress: (line: string) => void;
}

export interface ChaosResult {
  figures: Figures;
  findings: Finding[];
  evidence: Evidence;
  /** Kept when something was found: the data folder of the hub, its log, and the findings. */
  folder: string | undefined;
}

/**
 * Posts invoices through the API of a hub that is killed again and again, on a KSeF where one thing after another goes
 * wrong; then lets both come to rest and holds the hub against KSeF's ledger.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { kills, invoices, seed, patienceMs, progress } = options;
  const began = Date.now();
  const root = await mkdtemp(join(tmpdir(), "chaos-"));
  progress(`In ${root}`);
  const data = join(root, "data");
  await mkdir(data);
  const sandbox = await createSandbox({
    limits: options.limits,
    seed: String(seed),
    processing: { acceptedMs: 20, processingMs: 60 },
  });
  await using kept = await chaosStorage(options.backend, data, seeded(seed, "storage"));
  const hub = hubProcess(kept.settings, join(root, "hub.log"));
  let faults: ReturnType<typeof startFaults> | undefined;
  const { traffic, count } = trafficOf(sandbox);
  const counting = setInterval(count, 250);
  let telling: NodeJS.Timeout | undefined;
  try {
    const tenants = await prepareTenants(kept.storage, sandbox, await sandbox.listen(0), options.tenants);
    const caller = erp(hub, tenants, seeded(seed, "invoices"), patienceMs);
    let [killed, waiting] = [0, 0];
    let killsAtWork = 0;
    const behind = (): number => caller.posted.length - sandbox.ledger.accepted().length;
    const tell = (): void =>
      progress(
        [
          `${Math.round((Date.now() - began) / 1000)} s`,
          `kills ${killed}/${kills}`,
          `posted ${caller.posted.length}/${invoices}`,
          `accepted ${sandbox.ledger.accepted().length}`,
          waiting > 0 ? `waiting for ${waiting}` : (faults?.current ?? []).join(" + "),
        ].join("  "),
      );
    telling = setInterval(tell, 5_000);

    faults = startFaults(sandbox, [seeded(seed, "faults 1"), seeded(seed, "faults 2")]);
    hub.start();
    const moments = seeded(seed, "moments");
    let posting: Promise<unknown> = Promise.resolve();
    const living = async (index: number): Promise<void> => {
      killed = index;
      // Each life of the hub brings its share of the invoices: a half at once, the other a little later.
      const due = (lives: number): number => Math.ceil((invoices * lives) / (kills + 1));
      const later = pause(moments.between(0, 1_200)).then(() => caller.postUpTo(due(index + 1)));
      posting = Promise.all([posting, caller.postUpTo(due(index + 0.5)), later]);
      await caughtUp(behind, mostBehind(invoices, kills));
    };
    const dying = (): void => {
      killsAtWork += Number(behind() > 0);
    };
    await killAtRandom(hub, kills, seeded(seed, "kills"), { living, dying });
    killed = kills;
    await posting;
    await faults.stop();
    await untilAtRest(hub, caller.posted, patienceMs, (left) => {
      waiting = left;
    });

    const evidence: Evidence = {
      posted: caller.posted,
      submissions: await submissionsOf(hub, tenants),
      accepted: sandbox.ledger.accepted(),
      verdicts: sandbox.ledger.invoices(),
    };
    count();
    const findings = findingsOf(evidence);
    const figures = figuresOf({
      options,
      evidence,
      findings,
      traffic,
      struck: faults.struck,
      repeats: caller.repeats,
      storageFailures: kept.failed,
      crashes: hub.crashes,
      killsAtWork,
      seconds: (Date.now() - began) / 1000,
    });
    const isClean = findings.length === 0 && hub.crashes === 0;
    await hub.kill();
    if (isClean) await rm(root, { recursive: true });
    else await writeFile(join(root, "findings.json"), JSON.stringify({ figures, findings }, null, 1));
    return { figures, findings, evidence, folder: isClean ? undefined : root };
  } finally {
    clearInterval(counting);
    clearInterval(telling);
    await faults?.stop();
    await hub.kill();
    await sandbox.close();
  }
}

/** Submissions in hand above which the next kill waits a little, so that the kills meet the hub at work to the end. */
const mostBehind = (invoices: number, kills: number): number => Math.ceil((2 * invoices) / (kills + 1)) + 20;

async function caughtUp(behind: () => number, most: number): Promise<void> {
  const giveUp = Date.now() + 2_000;
  while (behind() > most && Date.now() < giveUp) await pause(200);
}
