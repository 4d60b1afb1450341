import * as z from "zod";
import type { Connector, Host } from "../connector.ts";
import { HubError } from "../error.ts";
import type { Clock, Key, Secrets, Table } from "../ports.ts";
import { Secret } from "../secret.ts";
import type { Fetch } from "../ksef/http.ts";
import type { Connection } from "./connections.ts";
import { vendorError } from "./vendor-error.ts";

/** The application the vendor knows us as. */
export interface OAuthApplication {
  clientId: string;
  clientSecret: Secret;
}

/** What a vendor gave at a login or a renewal. `expiresAt` in milliseconds since 1970. */
const tokens = z.object({ accessToken: z.string(), refreshToken: z.string(), expiresAt: z.number() });
type Tokens = z.output<typeof tokens>;

export interface TokenOptions {
  table: Table;
  secrets: Secrets;
  clock: Clock;
  fetch: Fetch;
  deadlineMs: number;
  application: (connector: string) => OAuthApplication | undefined;
}

/**
 * Access tokens of connections by OAuth, renewed before they end. One process renews at a time, by a lease on the ledger,
 * and what the vendor gives is stored before it is used: after a crash in between the refresh token before is still
 * there, which every vendor that rotates them takes once more for a while.
 */
export function oauthTokens({ table, secrets, clock, fetch, deadlineMs, application }: TokenOptions) {
  const live = new Map<string, Tokens>();
  const renewals = new Map<string, Promise<Tokens>>();

  const stored = async (connection: Connection): Promise<Tokens> => {
    const secret = await secrets.get(nameOf(connection), { fresh: true });
    if (secret === undefined) throw loggedOut(connection);
    return tokens.parse(JSON.parse(secret.reveal()));
  };

  const save = async (connection: Connection, given: Tokens): Promise<void> => {
    await secrets.put(nameOf(connection), new Secret(JSON.stringify(given)));
    live.delete(nameOf(connection));
  };

  /** Undefined: another process renews at this moment. */
  const underLease = async <T>(connection: Connection, work: () => Promise<T>): Promise<T | undefined> => {
    const key: Key = { pk: `T#${connection.tenant}`, sk: `oauth#${connection.id}` };
    const item = await table.get(key);
    const now = clock.now();
    if (item !== undefined && z.number().parse(item.value) > now) return undefined;
    const until = now + 2 * deadlineMs;
    const version = item?.version ?? 0;
    if (!(await table.put({ ...key, value: until, expiresAt: until }, version))) return undefined;
    try {
      return await work();
    } finally {
      await table.put({ ...key, value: 0, expiresAt: until }, version + 1);
    }
  };

  const renewed = async (connection: Connection, connector: Connector): Promise<Tokens> => {
    // Whoever was before us may have renewed it.
    const known = await stored(connection);
    if (isFresh(known, clock)) return known;
    const parameters = { grant_type: "refresh_token", refresh_token: known.refreshToken };
    const given = await ask(connector, parameters);
    const next = { ...given, refreshToken: given.refreshToken ?? known.refreshToken };
    await save(connection, next);
    return next;
  };

  const ask = async (connector: Connector, parameters: Record<string, string>) => {
    const known = application(connector.id);
    if (connector.oauth === undefined || known === undefined)
      throw new HubError("hub.config", `The hub has no application for the login of ${connector.title}.`);
    const what = `${connector.title}, POST token`;
    const { clientId, clientSecret } = known;
    const authorization = Buffer.from(`${clientId}:${clientSecret.reveal()}`).toString("base64");
    let answer: { status: number; body: string };
    try {
      const response = await fetch(connector.oauth.tokenUrl, {
        method: "POST",
        headers: {
          authorization: `Basic ${authorization}`,
          "content-type": "application/x-www-form-urlencoded",
          accept: "application/json",
        },
        body: new URLSearchParams(parameters).toString(),
        redirect: "error",
        signal: AbortSignal.timeout(deadlineMs),
      });
      answer = { status: response.status, body: await response.text() };
    } catch (cause) {
      throw vendorError(what, { status: undefined, message: "no answer", cause });
    }
    return readTokens(what, answer, clock.now());
  };

  return {
    /** Of one connection; at once while it lasts for a minute or more. Throws `vendor.*`. */
    of(connection: Connection, connector: Connector): Host["accessToken"] {
      const renew = async (): Promise<Tokens> => {
        for (let tries = 0; tries < mostTries; tries++) {
          const now = await stored(connection);
          if (isFresh(now, clock)) return now;
          const next = await underLease(connection, () => renewed(connection, connector));
          if (next !== undefined) return next;
          await clock.sleep(waitMs);
        }
        throw new HubError(
          "vendor.unavailable",
          `The login of ${connector.title} is being renewed for too long.`,
        );
      };
      return async () => {
        const name = nameOf(connection);
        let known = live.get(name);
        if (known === undefined || !isFresh(known, clock)) {
          const renewing = renewals.get(name) ?? renew().finally(() => renewals.delete(name));
          renewals.set(name, renewing);
          known = await renewing;
          live.set(name, known);
        }
        return new Secret(known.accessToken);
      };
    },
    /** After a login: what the vendor gives for the code it sent the person back with. */
    async redeem(connector: Connector, { code, redirectUri, verifier }: Redemption): Promise<Tokens> {
      const pkce = verifier === undefined ? {} : { code_verifier: verifier };
      const given = await ask(connector, {
        grant_type: "authorization_code",
        code,
        redirect_uri: redirectUri,
        ...pkce,
      });
      if (given.refreshToken === undefined)
        throw new HubError("vendor.protocol", `${connector.title} gave no refresh token.`);
      return { ...given, refreshToken: given.refreshToken };
    },
    save,
  };
}

export interface Redemption {
  code: string;
  redirectUri: string;
  verifier?: string;
}

export type OAuthTokens = ReturnType<typeof oauthTokens>;

const answered = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).optional(),
  expires_in: z.number(),
});
const refused = z.object({ error: z.string().optional(), error_description: z.string().optional() });

function readTokens(what: string, { status, body }: { status: number; body: string }, now: number) {
  const said = json(body);
  if (status < 200 || status > 299) {
    const { error, error_description: more } = refused.safeParse(said).data ?? {};
    const message = [error, more].filter(Boolean).join(": ") || `HTTP ${status}`;
    // "invalid_grant": the person has to log in anew. Source: RFC 6749, 5.2.
    throw vendorError(what, { status: error === "invalid_grant" ? 401 : status, message });
  }
  const parsed = answered.safeParse(said);
  // Nothing of the answer goes into the message: it holds the tokens.
  if (!parsed.success) throw new HubError("vendor.protocol", `${what}: the answer holds no tokens.`);
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: seconds } = parsed.data;
  return { accessToken, refreshToken, expiresAt: now + seconds * 1_000 };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

const nameOf = ({ tenant, id }: Connection): string => `${tenant}/connections/${id}/oauth`;

const isFresh = ({ expiresAt }: Tokens, clock: Clock): boolean => expiresAt > clock.now() + 60_000;

const loggedOut = ({ id }: Connection): HubError =>
  new HubError("vendor.unauthorized", `The connection ${id} has no login: connect it.`);

const waitMs = 500;
const mostTries = 60;
