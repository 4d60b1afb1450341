import type { Operation, State } from "../state.ts";
import type { TokenKind } from "../token.ts";
import { strike } from "./plan.ts";

/** Decides when a login begins how long it takes. */
export function drawLoginFault(state: State, { referenceNumber, nip }: Operation): void {
  const fault = strike(state, ["slow-login"], { nip });
  if (fault !== undefined) delays(state).set(referenceNumber, fault.ms);
}

/** Milliseconds the login takes longer than others. */
export const loginDelay = (state: State, { referenceNumber }: Operation): number =>
  delays(state).get(referenceNumber) ?? 0;

/** Seconds a new access token lives when a fault makes it short-lived. */
export function shortLifetime(state: State, kind: TokenKind, { nip }: Operation): number | undefined {
  return kind === "access" ? strike(state, ["token-lifetime"], { nip })?.seconds : undefined;
}

const delays = (state: State) => state.store.collection<number>("fault-login-delay");
