import {
  findKsefToken,
  ksefTokens,
  ksefTokenStatus,
  tokenPermissions,
  type KsefToken,
} from "../ksef-token/ksef-token.ts";
import { isSame } from "../permission/identifier.ts";
import type { AllowedIps, ContextIdentifier, Operation, State } from "../state.ts";
import { authenticationStatus } from "../status.ts";
import { takeChallenge } from "./challenge.ts";
import { judgeSubject, recordLogin } from "./record.ts";

/** Starts a login with an encrypted `token|timestampMs`. Throws 21111 for a bad challenge. */
export function loginWithToken(
  state: State,
  request: {
    challenge: string;
    context: ContextIdentifier;
    encryptedToken: Uint8Array;
    publicKeyId: string | null | undefined;
    allowedIps: AllowedIps | undefined;
  },
): Operation {
  const issuedAt = takeChallenge(state, request.challenge);
  const { context, allowedIps } = request;
  const plain = state.keys.decrypt("KsefTokenEncryption", request.encryptedToken, request.publicKeyId);
  const { secret = "", fault } = readPlain(plain, issuedAt);
  const token = findKsefToken(state, secret);
  const reason = fault ?? tokenFault(state, token, context);
  const login = {
    context,
    method: "Token" as const,
    proof: { tokenReferenceNumber: token?.referenceNumber ?? "" },
    ...(allowedIps && { allowedIps }),
  };
  if (token === undefined || reason !== undefined)
    return recordLogin(state, { ...login, verdict: authenticationStatus(450, ...(reason ? [reason] : [])) });
  ksefTokens(state).set(token.referenceNumber, { ...token, usedAt: state.clock.now() });
  const verdict = judgeSubject(state, token.author, context, tokenPermissions(state, token));
  return recordLogin(state, { ...login, subject: token.author, verdict });
}

function readPlain(plain: Buffer | undefined, issuedAt: number): { secret?: string; fault?: string } {
  if (plain === undefined) return { fault: "Nieprawidłowe szyfrowanie tokena" };
  // A KSeF token has bars of its own; the timestamp follows the last.
  const [, secret, timestamp] = /^(.+)\|(\d+)$/s.exec(plain.toString("utf8")) ?? [];
  if (secret === undefined) return { fault: "Nieprawidłowe kodowanie tokena" };
  return Number(timestamp) === issuedAt ? { secret } : { secret, fault: "Nieprawidłowy czas tokena" };
}

function tokenFault(
  state: State,
  token: KsefToken | undefined,
  context: ContextIdentifier,
): string | undefined {
  if (token === undefined) return "Nieprawidłowy token";
  if (!isSame(token.context, context))
    return `Token nie może być użyty w kontekście ${context.type}:${context.value}`;
  return { Pending: "Token nieaktywny", Revoked: "Token unieważniony", Active: undefined }[
    ksefTokenStatus(state, token)
  ];
}
