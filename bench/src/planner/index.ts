import type { Bench, BenchOptions, Figure } from "../figure.ts";
import { boundTexts, leastBacklogMs, leastLoneMs } from "./bound.ts";
import { invoiceTemplate } from "./documents.ts";
import { hubRun, type HubRun } from "./hub.ts";
import { naiveRun, reckonedRun, type Strategy } from "./naive.ts";
import type { Run } from "./run.ts";
import { poissonArrivals } from "./seeded.ts";

const seed = "planner";
const aim = 1.1;
/** More than these, in full and quickly, are not sent one by one by the simple strategies: their windows tell. */
const mostSimulated = { full: 1_000, quick: 100 };
const minute = 60_000;

/** Invoices a minute, and for how long: in full and quickly. */
const rates = [
  { name: "1-per-minute", perMinute: 1, fullMs: 120 * minute, quickMs: 30 * minute },
  { name: "10-per-minute", perMinute: 10, fullMs: 120 * minute, quickMs: 20 * minute },
  { name: "1-per-second", perMinute: 60, fullMs: 60 * minute, quickMs: 5 * minute },
  { name: "10-per-second", perMinute: 600, fullMs: 20 * minute, quickMs: minute },
  { name: "100-per-second", perMinute: 6_000, fullMs: 4 * minute, quickMs: 10_000 },
];

/**
 * How fast the hub gets invoices through KSeF under production's limits, on a virtual clock, beside the best that the
 * limits allow and beside two simple strategies. A backlog is all there at time 0; arrivals are a Poisson process.
 * Of a backlog `value` is the time until the last KSeF number is known, at the median of some runs, of arrivals the median from intake to number,
 * each over the bound that `bound.ts` derives. What is sent faster than 180 an hour has to wait for batches (30 an
 * hour), so at such rates the bound of a lone invoice cannot be reached: the aim there is a number for each and no 429.
 */
export const planner: Bench = async function* ({ quick }: BenchOptions): AsyncGenerator<Figure> {
  const invoice = await invoiceTemplate();
  const naiveRuns = async (arrivals: number[]): Promise<Record<Strategy, Run>> => {
    const run = async (name: Strategy): Promise<Run> =>
      arrivals.length > (quick ? mostSimulated.quick : mostSimulated.full)
        ? reckonedRun(name, arrivals)
        : naiveRun(name, seed, arrivals, invoice);
    return { perInvoiceSessions: await run("perInvoiceSessions"), sharedSession: await run("sharedSession") };
  };

  for (const count of quick ? [1, 10, 100, 1_000] : [1, 10, 100, 1_000, 10_000, 100_000]) {
    const arrivals = Array.from({ length: count }, () => 0);
    const runs: HubRun[] = [];
    for (let run = 0; run < runsOf(count, quick); run++)
      runs.push(await hubRun(run === 0 ? seed : `${seed} ${run}`, arrivals, invoice, patienceOf(arrivals)));
    runs.sort((one, other) => one.seconds - other.seconds);
    const hub = runs[runs.length >> 1]!;
    const boundSeconds = leastBacklogMs(count) / 1_000;
    const value = ratio(hub.seconds, boundSeconds);
    const naive = await naiveRuns(arrivals);
    for (const run of runs) forbidFaster(boundSeconds, "seconds", { hub: run, ...naive });
    yield {
      bench: `planner.backlog.${count}`,
      value,
      unit: "times the least time to the last KSeF number",
      aim: `<= ${aim.toFixed(2)}, no 429`,
      met: value <= aim && runs.every(isWhole),
      invoices: count,
      runs: runs.length,
      worst: ratio(runs.at(-1)!.seconds, boundSeconds),
      ...hub,
      boundSeconds,
      bound: boundTexts.backlog,
      ...naive,
    };
  }
  for (const { name, perMinute, fullMs, quickMs } of rates) {
    const arrivals = poissonArrivals(seed, perMinute, quick ? quickMs : fullMs);
    const hub = await hubRun(seed, arrivals, invoice, patienceOf(arrivals));
    const boundSeconds = leastLoneMs() / 1_000;
    const value = ratio(hub.p50, boundSeconds);
    const naive = await naiveRuns(arrivals);
    forbidFaster(boundSeconds, "p50", { hub, ...naive });
    const reachable = perMinute * 60 <= 180;
    yield {
      bench: `planner.arrivals.${name}`,
      value,
      unit: "times the least time from intake to KSeF number, at the median",
      aim: reachable ? `<= ${aim.toFixed(2)}, no 429` : "a number for each, no 429",
      met: (!reachable || value <= aim) && isWhole(hub),
      invoices: arrivals.length,
      ...hub,
      boundSeconds,
      bound: boundTexts.lone,
      ...naive,
    };
  }
};

/** Ten looks a second are allowed, so when KSeF is through decides a twentieth of the ratio: the median of several runs. */
const runsOf = (count: number, quick: boolean): number =>
  quick ? 3 : count <= 1_000 ? 15 : count <= 10_000 ? 5 : 1;

/** A hub that is an hour slower than one session sending everything need not be watched any longer. */
const patienceOf = (arrivals: number[]): number =>
  reckonedRun("sharedSession", arrivals).seconds * 1_000 + 60 * minute;

const ratio = (seconds: number, bound: number): number => Math.round((seconds / bound) * 1_000) / 1_000;

const isWhole = ({ without, 429: refused }: { without: number; 429?: number }): boolean =>
  without === 0 && refused === 0;

/** A bound that anybody beats is none. */
function forbidFaster(boundSeconds: number, figure: "seconds" | "p50", runs: Record<string, Run>): void {
  for (const [name, { [figure]: seconds }] of Object.entries(runs))
    if (seconds < boundSeconds)
      throw new Error(`${name}: ${figure} is ${seconds}, and the bound says at least ${boundSeconds}.`);
}
