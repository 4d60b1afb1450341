import { randomUUID } from "node:crypto";
import { sign, verify } from "hono/jwt";
import type { MiddlewareHandler } from "hono";
import * as z from "zod";
import { isoTime } from "./iso.ts";
import { Unauthorized } from "./refusal.ts";
import type { Operation, State } from "./state.ts";

/** `authentication` follows one login to its end, `access` calls the API, `refresh` gets new access tokens. */
export type TokenKind = "authentication" | "access" | "refresh";

/** What `requireToken` leaves for the route. */
export interface Env {
  Variables: { operation: Operation };
}

/** `TokenInfo` of the API: a JWT and when it ends. */
export async function issueToken(
  state: State,
  kind: TokenKind,
  operation: Operation,
): Promise<{ token: string; validUntil: string }> {
  const issued = Math.floor(state.clock.now() / 1000);
  const expires = issued + lifetimes[kind];
  const claims = {
    kind,
    nip: operation.nip,
    sub: operation.referenceNumber,
    jti: randomUUID(),
    iat: issued,
    exp: expires,
  };
  return { token: await sign(claims, state.secrets.tokens, "HS256"), validUntil: isoTime(expires * 1000) };
}

/** Lets a request through that carries a token of one of these kinds which has not expired; others get 401. */
export function requireToken(state: State, ...kinds: TokenKind[]): MiddlewareHandler<Env> {
  return async (c, next) => {
    const token = /^Bearer (\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
    if (token === undefined) throw new Unauthorized("Wymagane jest uwierzytelnienie.");
    const claims = await read(state, token);
    if (!kinds.includes(claims.kind))
      throw new Unauthorized("Rodzaj tokena nie pozwala na wykonanie operacji.");
    if (claims.exp * 1000 <= state.clock.now()) throw new Unauthorized("Token wygasł.");
    const operation = state.operations.get(claims.sub);
    if (operation === undefined) throw new Unauthorized("Token nie pochodzi z tego środowiska.");
    c.set("operation", operation);
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

const claimsSchema = z.object({
  kind: z.enum(["authentication", "access", "refresh"]),
  sub: z.string(),
  exp: z.number(),
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
