import type { Session, State } from "../state.ts";
import { batchStatus, sessionStatus, type BatchCode, type Status } from "../status.ts";
import { strike } from "./plan.ts";

/** Decides when a session is opened whether it will fail. */
export function drawSessionFault(state: State, session: Session): void {
  const fault = strike(state, ["session-status"], { nip: session.nip });
  if (fault !== undefined) forced(state).set(session.referenceNumber, fault.code);
}

/**
 * The status forced on an online session, from when it shows: 415 and 500 as soon as the session was processed, others
 * once it is closed. Undefined before and without such a fault.
 */
export function forcedOnlineStatus(state: State, session: Session, isClosed: boolean): Status | undefined {
  const code = forced(state).get(session.referenceNumber);
  if (code === undefined) return undefined;
  const { acceptedMs, processingMs } = state.processing;
  const isEarly = code === 415 || code === 500;
  const shows = isClosed || (isEarly && state.clock.now() >= session.openedAt + acceptedMs + processingMs);
  if (!shows) return undefined;
  if (code === 415 || code === 445) return sessionStatus(code);
  return code === 440 ? sessionStatus(440, "Nie przesłano faktur") : batchStatus(code);
}

/** What becomes of a package that is forced to fail. */
export function forcedPackageFault(state: State, session: Session): { fault: Status } | undefined {
  const code = forced(state).get(session.referenceNumber);
  if (code === undefined) return undefined;
  return { fault: code === 440 ? batchStatus(440, "Nie przesłano faktur") : batchStatus(code) };
}

/** Whether the session fails, and everything in it. */
export const isSessionForced = (state: State, { referenceNumber }: Session): boolean =>
  forced(state).get(referenceNumber) !== undefined;

const forced = (state: State) => state.store.collection<BatchCode>("fault-session-status");
