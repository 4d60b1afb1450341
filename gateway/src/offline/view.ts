import {
  correctionOf,
  deadlineOf,
  type Engine,
  originalOf,
  outagesOf,
  type Submission,
} from "@ksef-hub/core";
import { becomesOfflineAt, type Outage, timeLeft } from "@ksef-hub/core/offline";
import { codesView } from "./codes.ts";

/** What the times of invoices issued offline are reckoned from. */
export interface Times {
  now: number;
  outages: readonly Outage[];
}

/** The outages are read only if one of these was issued offline. */
export async function timesOf(engine: Engine, submissions: readonly Submission[]): Promise<Times> {
  const now = engine.clock.now();
  const offline = submissions.find((submission) => submission.offline !== undefined);
  return { now, outages: offline === undefined ? [] : await outagesOf(engine, offline.tenant) };
}

/**
 * `offline`, with the deadline and, while there is no KSeF number, the minutes left, below zero when it is late. Of an
 * online invoice that KSeF does not have yet: when it becomes an offline one by KSeF's rule.
 */
export function sendingView(submission: Submission, times: Times) {
  const { offline, ksef, state, invoice } = submission;
  if (offline === undefined)
    return isUnsent(state) ? { becomesOfflineAt: iso(becomesOfflineAt(invoice.issueDate)) } : {};
  const deadline = deadlineOf({ invoice, offline }, times.outages);
  const left = ksef === undefined ? timeLeft(deadline, times.now) : undefined;
  const until = deadline.state === "set" ? { until: iso(deadline.until) } : {};
  const minutes = left === undefined ? {} : { minutesLeft: Math.floor(left / 60_000) };
  const { mode, issuedAt } = offline;
  return { offline: { mode, issuedAt: iso(issuedAt), deadline: { ...deadline, ...until, ...minutes } } };
}

/** Of an invoice issued offline: its codes, and the technical correction it has or is. */
export async function offlineView(engine: Engine, submission: Submission) {
  if (submission.offline === undefined) return {};
  const [codes, correction, original] = await Promise.all([
    codesView(engine, submission),
    correctionOf(engine, submission),
    originalOf(engine, submission),
  ]);
  return {
    codes,
    ...(correction && { correctedBy: correction.id }),
    ...(original !== undefined && { corrects: original }),
  };
}

const isUnsent = (state: Submission["state"]): boolean =>
  ["received", "ready", "sending", "held", "dead"].includes(state);

const iso = (at: number): string => new Date(at).toISOString();
