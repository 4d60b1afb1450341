import { loginDelay } from "../faults/on-login.ts";
import { ksefTokens, ksefTokenStatus, tokenPermissions } from "../ksef-token/ksef-token.ts";
import { effectivePermissions, type Held } from "../permission/effective.ts";
import { findPerson } from "../permission/test-entity.ts";
import { Refusal } from "../refusal.ts";
import type { Operation, State } from "../state.ts";
import { authenticationStatus, type Status } from "../status.ts";

/** What the status endpoint shows of a login now. */
export function visibleStatus(state: State, operation: Operation): Status {
  if (operation.revokedAt !== undefined) {
    const reason = "Uwierzytelnienie i powiązane refresh tokeny zostały unieważnione przez użytkownika";
    return authenticationStatus(425, reason);
  }
  const over = operation.startedAt + state.processing.authenticationMs + loginDelay(state, operation);
  return state.clock.now() < over ? authenticationStatus(100) : operation.verdict;
}

/**
 * What a new access token may do: what the subject is granted now, of which a KSeF token has its share. Throws 21301
 * when there is no right to one any more (`purpose` says to what), 21308 for a person who has died.
 */
export function permissionsForToken(state: State, operation: Operation, purpose: string): Held[] {
  const { code } = visibleStatus(state, operation);
  if (code !== 200) return refuse(code, purpose);
  const { subject, context, proof } = operation;
  if (subject === undefined) return refuse(code, purpose);
  if (findPerson(state, subject)?.isDeceased === true) throw new Refusal(21308);
  const token =
    "tokenReferenceNumber" in proof ? ksefTokens(state).get(proof.tokenReferenceNumber) : undefined;
  if (token !== undefined && ksefTokenStatus(state, token) === "Revoked")
    throw new Refusal(21301, "Token KSeF został unieważniony.");
  const held = token ? tokenPermissions(state, token) : effectivePermissions(state, subject, context);
  // A login whose subject lost everything is as good as refused for the lack of permissions.
  return held.length > 0 ? held : refuse(415, purpose);
}

function refuse(code: number, purpose: string): never {
  throw new Refusal(21301, `Status uwierzytelniania (${code}) nie pozwala na ${purpose}.`);
}
