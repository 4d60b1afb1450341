import { createHash, randomBytes } from "node:crypto";
import type { Permission } from "../access.ts";
import { referenceNumber } from "../number.ts";
import { effectivePermissions, isHeld, type Held } from "../permission/effective.ts";
import type { ContextIdentifier, State, SubjectIdentifier } from "../state.ts";
import type { Collection } from "../store.ts";

/** A KSeF token: a secret that logs in for its author, with its own permissions only. Source: ksef-docs, tokeny-ksef.md. */
export interface KsefToken {
  referenceNumber: string;
  /** SHA-256 of the secret in Base64: whoever lost it cannot get it back. */
  secretSha256: string;
  author: SubjectIdentifier;
  context: ContextIdentifier;
  permissions: Permission[];
  description: string;
  createdAt: number;
  activeAt: number;
  usedAt?: number;
  revokedAt?: number;
}

export type KsefTokenStatus = "Pending" | "Active" | "Revoked";

export const ksefTokens = (state: State): Collection<KsefToken> => state.store.collection("ksef-token");

/** A new token; the secret is told this once. It is `Active` at `activeAt`, which is when KSeF is done with it. */
export function issueKsefToken(
  state: State,
  request: Pick<KsefToken, "author" | "context" | "permissions" | "description">,
  activeAt = state.clock.now() + state.processing.grantMs,
): { token: KsefToken; secret: string } {
  const createdAt = state.clock.now();
  const reference = referenceNumber("EC", createdAt);
  const { type, value } = request.context;
  const name = `${type[0]!.toLowerCase()}${type.slice(1)}-${value}`;
  const secret = `${reference}|${name}|${randomBytes(32).toString("hex")}`;
  const token = { referenceNumber: reference, secretSha256: sha256(secret), ...request, createdAt, activeAt };
  ksefTokens(state).set(reference, token);
  return { token, secret };
}

/** The token with this secret. */
export function findKsefToken(state: State, secret: string): KsefToken | undefined {
  const token = ksefTokens(state).get(secret.slice(0, secret.indexOf("|")));
  return token?.secretSha256 === sha256(secret) ? token : undefined;
}

export function ksefTokenStatus(state: State, token: KsefToken): KsefTokenStatus {
  if (token.revokedAt !== undefined) return "Revoked";
  return state.clock.now() < token.activeAt ? "Pending" : "Active";
}

/** What the token allows now: of its permissions those that its author still has. */
export function tokenPermissions(state: State, { author, context, permissions }: KsefToken): Held[] {
  const held = effectivePermissions(state, author, context);
  return permissions.filter((permission) => isHeld(held, permission));
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("base64");
