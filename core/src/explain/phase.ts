import type { State, Submission } from "../submission.ts";

/** Since when a submission is where it is: on its way to KSeF, at KSeF, without its receipt, or at rest. */
export function phaseSince({ timeline, state, updatedAt }: Submission): number {
  let since: number | undefined;
  for (const event of timeline.toReversed()) {
    if (phaseOf(event.state) !== phaseOf(state)) break;
    since = event.since ?? event.at;
  }
  return since ?? updatedAt;
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
