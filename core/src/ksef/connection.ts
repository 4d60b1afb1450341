import { HubError } from "../error.ts";
import type { Clock } from "../ports.ts";
import type { Secret } from "../secret.ts";
import { ksefClient, type Access, type KsefClient, type PublicKey } from "./client.ts";
import type { Credentials } from "./credentials.ts";
import type { Endpoint } from "./http.ts";
import { login, type Tokens } from "./login.ts";
import { createBreaker, type Breaker } from "./outage/breaker.ts";

/** One tenant's line to KSeF: logged in when needed, refreshed before it expires, public keys at hand. */
export interface KsefConnection {
  client: KsefClient;
  /** Of its environment: shared by all companies there. */
  breaker: Breaker;
  /** Runs `work` with a valid access token. If KSeF does not accept it, logs in anew and runs `work` once more. */
  use<T>(work: (access: Access) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** The newest valid key for a purpose; kept for an hour. */
  publicKey(
    usage: "KsefTokenEncryption" | "SymmetricKeyEncryption",
    signal?: AbortSignal,
  ): Promise<PublicKey>;
  /** To be called when KSeF says a key is withdrawn: the next look fetches them again. */
  forgetPublicKeys(): void;
}

export interface ConnectionOptions {
  endpoint: Endpoint;
  /** Absent for a connection of its own, which nobody else's failures concern. */
  breaker?: Breaker;
  nip: string;
  credentials: () => Promise<Credentials>;
  clock: Clock;
}

export function connectKsef({
  endpoint,
  nip,
  credentials,
  clock,
  breaker = createBreaker({ clock }),
}: ConnectionOptions): KsefConnection {
  const client = ksefClient(endpoint);
  let tokens: Tokens | undefined;
  let pending: Promise<Secret> | undefined;
  let keys: { list: PublicKey[]; until: number } | undefined;

  const publicKey: KsefConnection["publicKey"] = async (usage, signal) => {
    if (keys === undefined || keys.until <= clock.now())
      keys = { list: await client.publicKeyCertificates(signal), until: clock.now() + keysKeptMs };
    const now = clock.now();
    const [newest] = keys.list
      .filter((key) => key.usage.includes(usage))
      .filter((key) => Date.parse(key.validFrom) <= now && now < Date.parse(key.validTo))
      .toSorted((a, b) => Date.parse(b.validFrom) - Date.parse(a.validFrom));
    if (newest !== undefined) return newest;
    keys = undefined;
    throw new HubError("ksef.protocol", `KSeF publishes no valid key for ${usage}.`);
  };

  const fresh = (validUntil: string): boolean => Date.parse(validUntil) - clock.now() > marginMs;

  const renew = async (signal: AbortSignal | undefined): Promise<Secret> => {
    if (tokens !== undefined && fresh(tokens.refreshToken.validUntil)) {
      try {
        const { accessToken } = await client.refresh({ token: tokens.refreshToken.token, signal });
        tokens = { ...tokens, accessToken };
        return accessToken.token;
      } catch (error) {
        // A revoked refresh token is answered with 400 or 401; then only a new login helps.
        if (!(error instanceof HubError) || error.outage) throw error;
      }
    }
    tokens = undefined;
    const tokenKey = () => publicKey("KsefTokenEncryption", signal);
    tokens = await login({
      client,
      nip,
      credentials: await credentials(),
      publicKey: tokenKey,
      clock,
      signal,
    });
    return tokens.accessToken.token;
  };

  const token = async (signal: AbortSignal | undefined): Promise<Secret> => {
    if (tokens !== undefined && fresh(tokens.accessToken.validUntil)) return tokens.accessToken.token;
    // One login serves everybody who waits for it.
    pending ??= renew(signal).finally(() => {
      pending = undefined;
    });
    return pending;
  };

  return {
    client,
    breaker,
    publicKey,
    forgetPublicKeys: () => {
      keys = undefined;
    },
    use: async (work, signal) => {
      const first = await token(signal);
      try {
        return await work({ token: first, signal });
      } catch (error) {
        if (!(error instanceof HubError) || error.code !== "ksef.unauthorized") throw error;
        if (tokens?.accessToken.token === first) tokens = undefined;
        return work({ token: await token(signal), signal });
      }
    },
  };
}

const keysKeptMs = 3_600_000;
/** An access token lives 15 minutes; it is renewed this long before its end. */
const marginMs = 60_000;
