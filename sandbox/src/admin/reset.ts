import { ksefTokens } from "../ksef-token/ksef-token.ts";
import type { Ledger } from "../ledger.ts";
import type { State } from "../state.ts";

/**
 * As if the sandbox had just been started with its companies: they keep their tokens and certificates, KSeF keeps its
 * keys. Everything else is gone, faults and the moved clock too; whoever is logged in is so no more.
 */
export function resetSandbox(state: State, ledger: Ledger): void {
  const { store, companies } = state;
  store.atomically(() => {
    store.erase(kept);
    const own = new Set(companies.values().map(({ tokenReferenceNumber }) => tokenReferenceNumber));
    for (const [reference] of ksefTokens(state).entries())
      if (!own.has(reference)) ksefTokens(state).delete(reference);
  });
  ledger.clear();
  state.requestCounters.clear();
  state.clock.advance(-state.clock.offset);
}

const kept = ["company", "ksef-token", "ksef-key", "seal", "secret", "certificate-authority"];
