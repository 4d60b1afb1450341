import { referenceNumber } from "../number.ts";
import { Refusal } from "../refusal.ts";
import type { State } from "../state.ts";

const lifetime = 10 * 60_000;

/** A new challenge. Those nobody used in time are forgotten. */
export function issueChallenge(state: State): { challenge: string; issuedAt: number } {
  const issuedAt = state.clock.now();
  for (const [old, at] of state.challenges.entries()) {
    if (issuedAt - at <= lifetime) break;
    state.challenges.delete(old);
  }
  const challenge = referenceNumber("CR", issuedAt);
  state.challenges.set(challenge, issuedAt);
  return { challenge, issuedAt };
}

/** When the challenge was issued. It can be taken once, within ten minutes; after that it is 21111. */
export function takeChallenge(state: State, challenge: string): number {
  const issuedAt = state.challenges.get(challenge);
  if (issuedAt === undefined || state.clock.now() - issuedAt > lifetime) throw new Refusal(21111);
  state.challenges.delete(challenge);
  return issuedAt;
}
