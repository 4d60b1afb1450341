import type { Engine } from "./engine.ts";
import { errorTable, type ErrorCode } from "./error.ts";
import { explain, type Explanation } from "./explain/explain.ts";
import { lateMs, phaseSince, stateSince, waitsItsTurn } from "./explain/phase.ts";
import { isActive, type ActiveState, type Submission } from "./submission.ts";
import type { Lane } from "./submissions.ts";
import type { Tenant } from "./tenants.ts";

/** `slow`: longer where it is than is normal. `overdue`: its instant to act is past, and the hub has not moved it. */
export interface Stuck {
  submission: Submission;
  why: "slow" | "overdue";
  explanation: Explanation;
}

/** True for a company whose calls are held back for now, as by an open circuit breaker: nothing of it is stuck. */
export type Paused = (tenant: Tenant) => boolean;

/**
 * The submissions that do not get on, company by company. Of each lane those are looked at that have been due longest, a
 * bounded number. An outage of KSeF is no news here: who waits for its end is not stuck. In a long queue that is worked
 * off everybody is slow: of those that only wait their turn, the first of the lane stands for all.
 */
export async function* stuckSubmissions(
  engine: Engine,
  { now, paused = () => false }: { now: number; paused?: Paused | undefined },
): AsyncGenerator<Stuck> {
  // Whoever failed is due again after a pause, and as stuck meanwhile.
  const dueUntil = now + engine.timing.longestBackoffMs;
  for await (const company of engine.tenants.all()) {
    if (paused(company)) continue;
    for (const lane of lanes) {
      let looked = 0;
      let queued = 0;
      for await (const { value } of engine.submissions.lane(company.id, lane, dueUntil)) {
        if ((looked += 1) > mostOfALane) break;
        if (waitsItsTurn(value) && (queued += 1) > 1) continue;
        const why = whyStuck(value, now);
        if (why !== undefined) yield { submission: value, why, explanation: explain(value, { now }) };
      }
    }
  }
}

/**
 * Logs each submission once for each state it is stuck in, as a warning `hub.stuck`, and returns all there are now. Call
 * it with the same memory each time: `tenant/id/state` of those that were told and are still stuck.
 */
export async function reportStuck(engine: Engine, memory: Set<string>, paused?: Paused): Promise<Stuck[]> {
  const all: Stuck[] = [];
  const still = new Set<string>();
  for await (const stuck of stuckSubmissions(engine, { now: engine.clock.now(), paused })) {
    const { tenant, id, state } = stuck.submission;
    const key = `${tenant}/${id}/${state}`;
    if (!memory.has(key) && !still.has(key)) engine.log(entryOf(stuck));
    still.add(key);
    all.push(stuck);
  }
  memory.clear();
  for (const key of still) memory.add(key);
  return all;
}

/**
 * How long a submission may be in its state, in milliseconds. A check takes seconds and a queue may be long; sending takes
 * seconds, of a batch minutes; KSeF takes seconds as a rule, hours on bad days; a receipt is there soon after the number.
 */
const longest: Readonly<Record<ActiveState, number>> = {
  received: 10 * 60_000,
  ready: 60 * 60_000,
  sending: 30 * 60_000,
  sent: 30 * 60_000,
  accepted: 15 * 60_000,
};
/** And how long it may fail over and over without getting further, whatever states it goes through. */
const longestFailing = 60 * 60_000;

const lanes: readonly Lane[] = ["urgent", "ready", "pending"];
const mostOfALane = 1_000;

function whyStuck(submission: Submission, now: number): Stuck["why"] | undefined {
  const { state, wakeAt, problem } = submission;
  if (!isActive(state)) return undefined;
  if (!waitsItsTurn(submission) && now - wakeAt > lateMs) return "overdue";
  if (waitsForOutage(problem?.code)) return undefined;
  const failing = problem !== undefined && now - phaseSince(submission) > longestFailing;
  return failing || now - stateSince(submission) > longest[state] ? "slow" : undefined;
}

function waitsForOutage(code: string | undefined): boolean {
  return code !== undefined && code in errorTable && "outage" in errorTable[code as ErrorCode];
}

function entryOf({ submission, explanation }: Stuck) {
  const { tenant, id } = submission;
  const { summary, next } = explanation.en;
  return { level: "warn", code: "hub.stuck", message: `${summary} ${next}`, tenant, submission: id } as const;
}
