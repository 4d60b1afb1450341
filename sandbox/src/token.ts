import { randomUUID } from "node:crypto";
import { sign, verify } from "hono/jwt";
import type { MiddlewareHandler } from "hono";
import * as z from "zod";
import { shortLifetime } from "./faults/on-login.ts";
import { isoTime } from "./iso.ts";
import type { Held } from "./permission/effective.ts";
import { Unauthorized } from "./refusal.ts";
import type { Operation, State } from "./state.ts";

/** `authentication` follows one login to its end, `access` calls the API, `refresh` gets new access tokens. */
export type TokenKind = "authentication" | "access" | "refresh";

/** What `requireToken` leaves for the route. */
export interface Env {
  Variables: {
    operation: Operation;
    /** What the access token allows until it expires, whatever is granted or revoked meanwhile. */
    permissions: Held[];
  };
}

/** `TokenInfo` of the API: a JWT and when it ends. Only an access token has permissions. */
export async function issueToken(
  state: State,
  kind: TokenKind,
  operation: Operation,
  permissions: Held[] = [],
): Promise<{ token: string; validUntil: string }> {
  const issued = Math.floor(state.clock.now() / 1000);
  const expires = issued + (shortLifetime(state, kind, operation) ?? lifetimes[kind]);
  const { type, value } = operation.context;
  // Claims have the names of KSeF's own tokens, as its official clients read them.
  const claims = {
    typ: types[kind],
    arn: operation.referenceNumber,
    ...(kind === "access" && { cit: type, civ: value, aum: operation.method, per: permissions }),
    jti: randomUUID(),
    iat: issued,
    exp: expires,
    iss: "ksef-sandbox",
    aud: "ksef-sandbox",
  };
  return { token: await sign(claims, state.secrets.tokens, "HS256"), validUntil: isoTime(expires * 1000) };
}

/** Lets a request through that carries a token of one of these kinds which has not expired; others get 401. */
export function requireToken(state: State, ...kinds: TokenKind[]): MiddlewareHandler<Env> {
  const accepted = kinds.map((kind) => types[kind]);
  return async (c, next) => {
    const token = /^Bearer (\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
    if (token === undefined) throw new Unauthorized("Wymagane jest uwierzytelnienie.");
    const claims = await read(state, token);
    if (!accepted.includes(claims.typ))
      throw new Unauthorized("Rodzaj tokena nie pozwala na wykonanie operacji.");
    if (claims.exp * 1000 <= state.clock.now()) throw new Unauthorized("Token wygasł.");
    const operation = state.operations.get(claims.arn);
    if (operation === undefined) throw new Unauthorized("Token nie pochodzi z tego środowiska.");
    c.set("operation", operation);
    c.set("permissions", claims.per as Held[]);
    return next();
  };
}

const minute = 60;
const day = 24 * 60 * minute;
const lifetimes: Record<TokenKind, number> = {
  authentication: 45 * minute,
  access: 15 * minute,
  refresh: 7 * day,
};

const types: Record<TokenKind, string> = {
  authentication: "AuthenticationToken",
  access: "ContextToken",
  refresh: "RefreshToken",
};

const claimsSchema = z.object({
  typ: z.string(),
  arn: z.string(),
  exp: z.number(),
  per: z.array(z.string()).default([]),
});

async function read(state: State, token: string): Promise<z.output<typeof claimsSchema>> {
  try {
    // Dates are judged by our clock, which may be a virtual one.
    const dates = { exp: false, iat: false, nbf: false };
    return claimsSchema.parse(await verify(token, state.secrets.tokens, { alg: "HS256", ...dates }));
  } catch (cause) {
    throw new Unauthorized("Nieprawidłowy token.", { cause });
  }
}
