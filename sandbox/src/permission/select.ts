import type { Operation, State } from "../state.ts";
import type { Held } from "./effective.ts";
import { currentGrants, reaches, type Grant } from "./grant.ts";
import { isSame } from "./identifier.ts";
import type { Query } from "./queries.ts";
import { identities } from "./test-entity.ts";

/** Who asks: the login and what its access token allows. */
export interface Asking {
  operation: Operation;
  permissions: Held[];
}

/** What each query endpoint finds, latest first. Source: OpenAPI, Wyszukiwanie nadanych uprawnień. */
export const selectGrants = {
  personal(state: State, { operation, permissions }: Asking, query: Query<"personal">): Grant[] {
    const { context } = operation;
    const names = namesOf(state, operation);
    const isOwner = permissions.includes("Owner");
    return ordered(state, (grant) => {
      const isMine = names.some((name) => isSame(name, grant.subject));
      const isHere =
        grant.kind === "indirect"
          ? isMine && (isSame(grant.context, context) || reaches(state, grant, context))
          : grant.kind !== "authorization" && isMine && isSame(grant.context, context);
      const isReceived = isOwner && grant.kind === "entity" && isSame(grant.subject, context);
      return (
        (isHere || isReceived) &&
        matches(query.contextIdentifier, isReceived ? grant.context : undefined) &&
        matchesTerms(state, query, grant)
      );
    });
  },

  persons(state: State, { operation }: Asking, query: Query<"persons">): Grant[] {
    const { context } = operation;
    const names = namesOf(state, operation);
    const isListed = (grant: Grant): boolean =>
      query.queryType === "PermissionsInCurrentContext"
        ? isSame(grant.context, context)
        : isSame(grant.givenIn, context) && names.some((name) => isSame(name, grant.author));
    return ordered(
      state,
      (grant) =>
        ["direct", "entity", "subunit", "indirect"].includes(grant.kind) &&
        isListed(grant) &&
        matches(query.authorIdentifier, grant.author) &&
        matches(query.authorizedIdentifier, grant.subject) &&
        matches(query.contextIdentifier, grant.kind === "subunit" ? grant.context : undefined) &&
        matchesTerms(state, query, grant),
    );
  },

  subunits(state: State, { operation }: Asking, query: Query<"subunits">): Grant[] {
    return ordered(
      state,
      (grant) =>
        grant.kind === "subunit" &&
        isSame(grant.givenIn, operation.context) &&
        matches(query.subunitIdentifier, grant.context),
    );
  },

  entities(state: State, { operation }: Asking, query: Query<"entities">): Grant[] {
    return ordered(
      state,
      (grant) =>
        grant.kind === "entity" &&
        isSame(grant.subject, operation.context) &&
        matches(query.contextIdentifier, grant.context),
    );
  },

  authorizations(state: State, { operation }: Asking, query: Query<"authorizations">): Grant[] {
    const isGranted = query.queryType === "Granted";
    return ordered(
      state,
      (grant) =>
        grant.kind === "authorization" &&
        isSame(isGranted ? grant.context : grant.subject, operation.context) &&
        matches(isGranted ? query.authorizedIdentifier : undefined, grant.subject) &&
        matches(isGranted ? undefined : query.authorizingIdentifier, grant.context) &&
        matchesType(query.permissionTypes, grant),
    );
  },

  euEntities(state: State, { operation }: Asking, query: Query<"euEntities">): Grant[] {
    const { context } = operation;
    const { vatUeIdentifier, authorizedFingerprintIdentifier = "" } = query;
    return ordered(
      state,
      (grant) =>
        (context.type === "Nip"
          ? grant.kind === "eu-administrator" && grant.context.value.startsWith(`${context.value}-`)
          : grant.kind.startsWith("eu-") && isSame(grant.context, context)) &&
        (!vatUeIdentifier || grant.context.value.endsWith(`-${vatUeIdentifier}`)) &&
        grant.subject.value.includes(authorizedFingerprintIdentifier?.toUpperCase() ?? "") &&
        matchesType(query.permissionTypes, grant),
    );
  },
};

/** An indirect permission is inactive while no client of the intermediary has delegated the same. */
export function permissionState(state: State, grant: Grant): "Active" | "Inactive" {
  if (grant.kind !== "indirect") return "Active";
  const delegated = currentGrants(state).some(
    ({ kind, subject, context }) =>
      kind === "entity" && isSame(subject, grant.context) && reaches(state, grant, context),
  );
  return delegated ? "Active" : "Inactive";
}

function ordered(state: State, isWanted: (grant: Grant) => boolean): Grant[] {
  return currentGrants(state)
    .filter(isWanted)
    .toSorted((one, other) => other.startsAt - one.startsAt || (one.id < other.id ? -1 : 1));
}

function namesOf(state: State, { subject }: Operation): Grant["subject"][] {
  return subject === undefined ? [] : identities(state, subject);
}

type Named = { type: string; value?: string | null | undefined };

/** A filter that was not given matches anything. */
function matches(wanted: Named | null | undefined, actual: Named | undefined): boolean {
  if (!wanted) return true;
  return actual !== undefined && wanted.type === actual.type && (wanted.value ?? "") === (actual.value ?? "");
}

function matchesType(types: string[] | null | undefined, { scope }: Grant): boolean {
  return !types || types.length === 0 || types.includes(scope);
}

function matchesTerms(state: State, query: Query<"personal">, grant: Grant): boolean {
  return (
    matches(query.targetIdentifier, grant.target) &&
    matchesType(query.permissionTypes, grant) &&
    (!query.permissionState || query.permissionState === permissionState(state, grant))
  );
}
