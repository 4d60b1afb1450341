import type { Engine } from "../engine.ts";
import { toHubError } from "../error.ts";
import type { KsefConnection } from "../ksef/connection.ts";
import type { OnlineSession } from "../ksef/online.ts";
import type { ActiveState, Submission } from "../submission.ts";
import { attempt, workOn, type Work } from "../work.ts";
import type { Bell } from "./bell.ts";
import type { Board } from "./board.ts";
import type { Desk, Session } from "./desk.ts";

/** What a process remembers of a company between two turns at its desk. Nothing is lost with it. */
export interface Memory {
  board: Board;
  /** How long KSeF has lately taken to a verdict, in milliseconds; 0 before it is known. */
  usualMs: Record<Session["kind"], number>;
  /** An online session is being opened. */
  opening?: Promise<OnlineSession> | undefined;
}

/** What the tasks of one company's dispatcher share. */
export interface Office {
  engine: Engine;
  tenant: string;
  ksef: KsefConnection;
  desk: Desk;
  memory: Memory;
  /** Rings when there may be something to do sooner than was known. */
  bell: Bell;
  /** When it aborts, steps in progress are finished and no other is begun. */
  signal: AbortSignal;
}

/**
 * Takes a submission up as the ledger has it now and runs a step, if it is still in one of these states and no one else
 * has it: `wakeAt` is the lease, which the members of `batch` hold for that batch; `early` where it is a mere pause. Resolves with whether it was. The
 * board hears of every change.
 */
export async function take(
  office: Office,
  id: string,
  states: readonly ActiveState[],
  step: (work: Work) => Promise<void>,
  { batch, early = false }: { batch?: string; early?: boolean } = {},
): Promise<boolean> {
  const { engine, tenant, memory } = office;
  const { board } = memory;
  const stored = await engine.submissions.get({ tenant, id });
  if (stored === undefined) {
    board.forget(id);
    return false;
  }
  const { state, wakeAt, session } = stored.value;
  const now = engine.clock.now();
  board.note(stored.value, now);
  const free = early || wakeAt <= now || (batch !== undefined && session?.batch === batch);
  if (!free || !states.some((expected) => expected === state)) return false;
  const { signal } = office;
  const noted = (saved: Submission): void => board.note(saved, engine.clock.now());
  await attempt(workOn(engine, stored, { noted, signal }), async (work) => {
    try {
      await step(work);
    } catch (thrown) {
      // A look that was broken off because we stop is no failure of anybody.
      if (!signal.aborted || !toHubError(thrown).outage) throw thrown;
    }
  });
  return true;
}

/** Runs `work` for each, at most `most` at a time. Rejects with the first failure, once nothing is under way. */
export async function each<T>(
  items: Iterable<T>,
  most: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const waiting = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = waiting.next(); next.done !== true; next = waiting.next()) await work(next.value);
  };
  const outcomes = await Promise.allSettled(Array.from({ length: most }, worker));
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}

/** Gives many back at once: the first of them must not be sent alone while the others are still to come. */
export function together(
  { memory: { board } }: Office,
  ids: readonly string[],
  work: (id: string) => Promise<unknown>,
): Promise<void> {
  return board.holding(ids, () => each(ids, sideBySide, work));
}

/** What concerns no single submission is told to the operator. */
export function warn({ engine, tenant }: Office, thrown: unknown): void {
  const { code, message } = toHubError(thrown);
  engine.log({ level: "warn", code, message, tenant });
}

/** Steps on submissions that run side by side: they mostly wait for storage and KSeF. */
export const sideBySide = 32;
