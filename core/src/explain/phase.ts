import type { State, Submission } from "../submission.ts";

/** Since when a submission is where it is: on its way to KSeF, at KSeF, without its receipt, or at rest. */
export function phaseSince(submission: Submission): number {
  const phase = phaseOf(submission.state);
  return sinceAll(submission, (state) => phaseOf(state) === phase);
}

/** Since when it is in its state. */
export function stateSince(submission: Submission): number {
  return sinceAll(submission, (state) => state === submission.state);
}

function sinceAll({ timeline, updatedAt }: Submission, belongs: (state: State) => boolean): number {
  const before = timeline.findLastIndex(({ state }) => !belongs(state));
  const first = timeline[before + 1];
  return first?.since ?? first?.at ?? updatedAt;
}

/** Attempts go round between these; what goes round is not further. */
const onItsWay: readonly State[] = ["received", "ready", "sending"];

const phaseOf = (state: State): string => (onItsWay.includes(state) ? "on its way" : state);

/** Ready and well: how long it waits depends on those before it, so its being due says nothing. */
export function waitsItsTurn({ state, problem }: Submission): boolean {
  return state === "ready" && problem === undefined;
}

/** How late the hub may be with a step: longer than a sweep and the longest call take. */
export const lateMs = 5 * 60_000;
