import { isoTime } from "../iso.ts";
import type { State } from "../state.ts";
import { isSame } from "./identifier.ts";
import type { Grant } from "./grant.ts";
import { permissionState, type Asking } from "./select.ts";

type View = Record<string, unknown>;

/** A grant as each query endpoint shows it. */
export const grantViews = {
  personal: (state: State, { operation }: Asking, grant: Grant): View => ({
    ...common(grant),
    ...persons(grant),
    permissionScope: grant.scope,
    permissionState: permissionState(state, grant),
    canDelegate: grant.canDelegate,
    ...(grant.kind === "entity" && { contextIdentifier: grant.context }),
    ...(operation.subject &&
      !isSame(operation.subject, grant.subject) && { authorizedIdentifier: grant.subject }),
    ...(grant.target && { targetIdentifier: grant.target }),
  }),

  persons: (state: State, { operation }: Asking, grant: Grant): View => ({
    ...common(grant),
    ...persons(grant),
    authorizedIdentifier: grant.subject,
    authorIdentifier: grant.author,
    permissionScope: grant.scope,
    permissionState: permissionState(state, grant),
    canDelegate: grant.canDelegate,
    ...(!isSame(grant.context, operation.context) && { contextIdentifier: grant.context }),
    ...(grant.target && { targetIdentifier: grant.target }),
  }),

  subunits: (_state: State, _asking: Asking, grant: Grant): View => ({
    ...common(grant),
    ...grant.details,
    authorizedIdentifier: grant.subject,
    subunitIdentifier: grant.context,
    authorIdentifier: grant.author,
    permissionScope: grant.scope,
  }),

  entities: (_state: State, _asking: Asking, grant: Grant): View => ({
    ...common(grant),
    contextIdentifier: grant.context,
    permissionScope: grant.scope,
    canDelegate: grant.canDelegate,
  }),

  authorizations: (_state: State, _asking: Asking, grant: Grant): View => ({
    ...common(grant),
    ...grant.details,
    authorIdentifier: grant.author,
    authorizedEntityIdentifier: grant.subject,
    authorizingEntityIdentifier: grant.context,
    authorizationScope: grant.scope,
  }),

  euEntities: (_state: State, _asking: Asking, grant: Grant): View => ({
    ...common(grant),
    ...grant.details,
    authorIdentifier: grant.author,
    vatUeIdentifier: grant.context.value.slice("1234567890-".length),
    authorizedFingerprintIdentifier: grant.subject.value,
    permissionScope: grant.scope,
  }),
};

function common({ id, description, startsAt }: Grant): View {
  return { id, description, startDate: isoTime(startsAt) };
}

function persons({ details: { subjectPersonDetails, subjectEntityDetails } }: Grant): View {
  return {
    ...(subjectPersonDetails ? { subjectPersonDetails } : {}),
    ...(subjectEntityDetails ? { subjectEntityDetails } : {}),
  };
}
