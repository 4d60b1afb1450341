import type { X509Certificate } from "node:crypto";
import type { State } from "../state.ts";
import type { Collection } from "../store.ts";

/** A provider of Peppol services, known from its first login on. */
export interface PeppolProvider {
  id: string;
  name: string;
  createdAt: number;
}

export const peppolProviders = (state: State): Collection<PeppolProvider> =>
  state.store.collection("peppol-provider");

/** Registers a provider at its first login; the name is the organization of its seal. */
export function registerProvider(state: State, id: string, certificate: X509Certificate): void {
  if (peppolProviders(state).get(id) !== undefined) return;
  const names: Partial<Record<string, string | string[]>> = { ...certificate.toLegacyObject().subject };
  const name = [names["O"] ?? id].flat().join(" ");
  peppolProviders(state).set(id, { id, name, createdAt: state.clock.now() });
}
