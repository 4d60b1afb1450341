import { isoTime } from "../iso.ts";
import { isHeld, type Held } from "../permission/effective.ts";
import { isSame } from "../permission/identifier.ts";
import { identities } from "../permission/test-entity.ts";
import type { Operation, State } from "../state.ts";
import { ksefTokens, ksefTokenStatus, type KsefToken } from "./ksef-token.ts";

/**
 * The tokens of the context that this login may see or, with `CredentialsManage` alone as `anyOf`, revoke: all with one
 * of those permissions; without, a login by token itself only, and any other those of the same author.
 */
export function visibleTokens(
  state: State,
  { operation, permissions }: { operation: Operation; permissions: Held[] },
  anyOf: ("CredentialsManage" | "CredentialsRead")[],
): KsefToken[] {
  const here = ksefTokens(state)
    .values()
    .filter(({ context }) => isSame(context, operation.context));
  if (anyOf.some((permission) => isHeld(permissions, permission))) return here;
  const { proof, subject } = operation;
  if ("tokenReferenceNumber" in proof)
    return here.filter(({ referenceNumber }) => referenceNumber === proof.tokenReferenceNumber);
  const names = subject === undefined ? [] : identities(state, subject);
  return here.filter(({ author }) => names.some((name) => isSame(name, author)));
}

/** `TokenStatusResponse`. */
export function tokenView(state: State, token: KsefToken): Record<string, unknown> {
  return {
    referenceNumber: token.referenceNumber,
    authorIdentifier: token.author,
    contextIdentifier: token.context,
    description: token.description,
    requestedPermissions: token.permissions,
    dateCreated: isoTime(token.createdAt),
    ...(token.usedAt !== undefined && { lastUseDate: isoTime(token.usedAt) }),
    status: ksefTokenStatus(state, token),
    statusDetails: [],
  };
}
