import { warsawTime } from "./iso.ts";
import type { State } from "./state.ts";
import type { Collection } from "./store.ts";

/** Whether this company may send invoices with an attachment now. */
export function attachmentConsent(state: State, nip: string): boolean {
  const consent = attachmentConsents(state).get(nip);
  return consent !== undefined && state.clock.now() < (consent.revokedAt ?? Infinity);
}

/** Consents by NIP. `revokedAt` is when one ends or ended; it may lie ahead. */
export function attachmentConsents(state: State): Collection<{ revokedAt?: number }> {
  return state.store.collection("attachment-consent");
}

/** Takes a consent back from the beginning of a day in Warsaw (`2026-03-02`), or at once. */
export function revokeConsent(state: State, nip: string, day: string | undefined): void {
  const consents = attachmentConsents(state);
  if (consents.get(nip) === undefined) return;
  consents.set(nip, { revokedAt: day === undefined ? state.clock.now() : warsawMidnight(day) });
}

/** The clocks change after midnight UTC, so its offset is also that of midnight in Warsaw. */
function warsawMidnight(day: string): number {
  const offset = warsawTime(Date.parse(`${day}T00:00:00Z`)).slice(-6);
  return Date.parse(`${day}T00:00:00${offset}`);
}
