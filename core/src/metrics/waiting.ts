import type { Engine } from "../engine.ts";
import { deadlineOf } from "../issuing/deadline.ts";
import type { Outage } from "../offline/deadline.ts";
import { activeStates, isActive, type Submission } from "../submission.ts";

/** The states in which a submission waits: for KSeF, for us, or for a person. */
export const waitingStates = [...activeStates, "held", "dead"] as const;
export type WaitingState = (typeof waitingStates)[number];

/** What waits of one company. `capped`: there is more, and all of this is said of what was counted. */
export interface Waiting {
  counts: Record<WaitingState, number>;
  capped: boolean;
  /** When the oldest that is unfinished was taken in. Who waits for a person is not among them. */
  oldestSince: number | undefined;
  offline: {
    /** The next end of a deadline that is still ahead. */
    nextDeadline: number | undefined;
    /** Offline invoices without a KSeF number whose deadline has passed. */
    overdue: number;
  };
}

/**
 * Counts what waits. Of each lane, and of what was stopped, those are read that have been due the longest, a thousand at
 * most: so of a long queue the oldest is among them as a rule, unless it fails over and over. `heard` is given each.
 */
export async function waitingOf(
  { submissions, clock }: Pick<Engine, "submissions" | "clock">,
  tenant: string,
  outages: readonly Outage[],
  heard: (submission: Submission) => void,
): Promise<Waiting> {
  const now = clock.now();
  const counts = Object.fromEntries(waitingStates.map((state) => [state, 0])) as Waiting["counts"];
  const waiting: Waiting = {
    counts,
    capped: false,
    oldestSince: undefined,
    offline: { nextDeadline: undefined, overdue: 0 },
  };
  const seen = new Set<string>();

  const count = (submission: Submission): void => {
    const { id, state, createdAt } = submission;
    // Who moves meanwhile, or an index that lags, must not be counted twice.
    if (seen.has(id) || !isWaiting(state)) return;
    seen.add(id);
    counts[state] += 1;
    if (isActive(state)) waiting.oldestSince = Math.min(waiting.oldestSince ?? Infinity, createdAt);
    if (submission.ksef === undefined) noteDeadline(waiting.offline, submission, outages, now);
    heard(submission);
  };
  const countAll = async (some: AsyncIterable<Submission>): Promise<void> => {
    let read = 0;
    for await (const submission of some) {
      count(submission);
      if (++read < mostOfEach) continue;
      waiting.capped = true;
      return;
    }
  };

  for (const lane of ["urgent", "ready", "pending"] as const)
    await countAll(values(submissions.lane(tenant, lane, never)));
  await countAll(submissions.stopped(tenant, 0, now));
  return waiting;
}

async function* values(stored: AsyncIterable<{ value: Submission }>): AsyncGenerator<Submission> {
  for await (const { value } of stored) yield value;
}

const isWaiting = (state: Submission["state"]): state is WaitingState =>
  (waitingStates as readonly string[]).includes(state);

function noteDeadline(
  offline: Waiting["offline"],
  submission: Submission,
  outages: readonly Outage[],
  now: number,
): void {
  if (submission.offline === undefined) return;
  const deadline = deadlineOf({ ...submission, offline: submission.offline }, outages);
  if (deadline.state !== "set") return;
  if (deadline.until <= now) offline.overdue += 1;
  else offline.nextDeadline = Math.min(offline.nextDeadline ?? Infinity, deadline.until);
}

/** One page of a lane: as many as one look at the ledger brings. */
const mostOfEach = 1_000;
const never = Date.UTC(9999, 0);
