import { decode } from "hono/jwt";
import { JwtTokenInvalid } from "hono/utils/jwt/types";
import type { Context } from "hono";
import * as z from "zod";
import type { Operation, State } from "../state.ts";

/** Tokens refused by a fault: the `jti` of one token, or the reference number of a login for all of its tokens. */
export const revokedTokens = (state: State) => state.store.collection<true>("fault-revoked-token");

/** Whose request this is: the login of its token, or the session its link leads to. Nothing is verified. */
export function requester(state: State, c: Context): Pick<Operation, "nip"> | undefined {
  const operation = tokenOperation(state, c);
  if (operation !== undefined) return operation;
  const reference = /\d{8}-(?:SO|SB|EE)-[0-9A-F-]{24}/i.exec(c.req.path)?.[0].toUpperCase() ?? "";
  return state.sessions.get(state.invoices.get(reference)?.sessionReferenceNumber ?? reference);
}

/** The login the token of a request belongs to. */
export const tokenOperation = (state: State, c: Context): Operation | undefined =>
  state.operations.get(claims(c)?.arn ?? "");

export function revokeToken(state: State, c: Context, until: "refresh" | "login"): void {
  const token = claims(c);
  if (token !== undefined) revokedTokens(state).set(until === "login" ? token.arn : token.jti, true);
}

export function isRevoked(state: State, c: Context): boolean {
  const revoked = revokedTokens(state);
  const token = revoked.size === 0 ? undefined : claims(c);
  return token !== undefined && (revoked.get(token.jti) ?? revoked.get(token.arn)) === true;
}

const tokenClaims = z.object({ arn: z.string(), jti: z.string() });

function claims(c: Context): z.output<typeof tokenClaims> | undefined {
  const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  return token === undefined ? undefined : tokenClaims.safeParse(payload(token)).data;
}

function payload(token: string): unknown {
  try {
    return decode(token).payload;
  } catch (error) {
    // Not one of ours; the API will say so.
    if (error instanceof JwtTokenInvalid) return undefined;
    throw error;
  }
}
