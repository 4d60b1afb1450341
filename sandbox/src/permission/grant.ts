import type { ContextIdentifier, State, SubjectIdentifier } from "../state.ts";
import type { Collection } from "../store.ts";
import { isSame } from "./identifier.ts";

/** One permission given to one subject. Source: ksef-docs, uprawnienia.md. */
export interface Grant {
  /** `permissionId`, a UUID. */
  id: string;
  kind:
    | "direct"
    | "entity"
    | "authorization"
    | "indirect"
    | "subunit"
    | "eu-administrator"
    | "eu-representative";
  /** A permission, or for an authorization `SelfInvoicing` and its like. */
  scope: string;
  /** Where it holds: of an indirect grant the intermediary, of an authorization the company that gave it. */
  context: ContextIdentifier;
  /** The context of the login that gave it. */
  givenIn: ContextIdentifier;
  subject: SubjectIdentifier;
  author: SubjectIdentifier | { type: "System" };
  /** Only of an indirect grant: the client, or all clients of the intermediary. */
  target?: Target;
  description: string;
  canDelegate: boolean;
  startsAt: number;
  endsAt?: number;
  /** Names of the subject and of the unit, as the query endpoints show them. */
  details: Record<string, unknown>;
}

export type Target = { type: "Nip" | "InternalId"; value: string } | { type: "AllPartners" };

export const grants = (state: State): Collection<Grant> => state.store.collection("grant");

/** Grants that hold now, or an indirect one that would if the client had delegated. */
export function currentGrants(state: State): Grant[] {
  const now = state.clock.now();
  return grants(state)
    .values()
    .filter(({ startsAt, endsAt }) => startsAt <= now && now < (endsAt ?? Infinity));
}

/** Whether an indirect grant reaches this client now: the client gave the same to the intermediary to pass on. */
export function reaches(state: State, grant: Grant, client: { type: string; value: string }): boolean {
  const { target } = grant;
  if (target === undefined || (target.type !== "AllPartners" && !isSame(target, client))) return false;
  return delegations(state, grant.context).some(
    ({ scope, context }) => scope === grant.scope && isSame(context, client),
  );
}

/** What clients gave to this intermediary to pass on. */
export function delegations(state: State, intermediary: ContextIdentifier): Grant[] {
  return currentGrants(state).filter(
    ({ kind, canDelegate, subject }) => kind === "entity" && canDelegate && isSame(subject, intermediary),
  );
}
