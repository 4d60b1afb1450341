import { HubError } from "../error.ts";
import type { Clock } from "../ports.ts";
import type { Access, KsefClient, PublicKey } from "./client.ts";
import type { Credentials } from "./credentials.ts";
import { encryptFor } from "./encryption.ts";
import { signedAuthTokenRequest } from "./xades.ts";

export interface LoginRequest {
  client: KsefClient;
  nip: string;
  credentials: Credentials;
  /** The key for `KsefTokenEncryption`; asked for only when a token is used. */
  publicKey: () => Promise<PublicKey>;
  clock: Clock;
  signal?: AbortSignal | undefined;
}

export type Tokens = Awaited<ReturnType<KsefClient["redeem"]>>;

/**
 * Logs in to KSeF: challenge, signed or encrypted answer, wait for the verdict, redeem the tokens (once).
 * Throws `ksef.login-refused` with KSeF's words when it says no. Source: ksef-docs, uwierzytelnianie.md.
 */
export async function login(request: LoginRequest): Promise<Tokens> {
  const { client, clock, signal } = request;
  const { referenceNumber, authenticationToken } = await start(request);
  const access: Access = { token: authenticationToken.token, signal };
  const giveUp = clock.now() + patienceMs;
  for (let waitMs = 100; ; waitMs = Math.min(waitMs * 2, 2_000)) {
    const { status } = await client.authStatus(referenceNumber, access);
    if (status.code === 200) return client.redeem(access);
    if (status.code >= 400) {
      const { code, description } = status;
      const upstream = { code, description, details: status.details ?? [] };
      const message = [description, ...upstream.details].join(": ");
      throw new HubError(code >= 500 ? "ksef.unavailable" : "ksef.login-refused", message, { upstream });
    }
    if (clock.now() + waitMs > giveUp)
      throw new HubError("ksef.timeout", `KSeF has not decided on the login in ${patienceMs / 1000} s.`);
    await clock.sleep(waitMs, signal);
  }
}

/** The issuer of a qualified certificate is asked for its status, which takes its time. */
const patienceMs = 60_000;

async function start({ client, nip, credentials, publicKey, clock, signal }: LoginRequest) {
  const { challenge, timestampMs } = await client.challenge(signal);
  if (credentials.kind === "certificate") {
    const xml = signedAuthTokenRequest({ ...credentials, challenge, nip, signingTime: clock.now() });
    return client.authXades(xml, signal);
  }
  const key = await publicKey();
  const plain = Buffer.from(`${credentials.token.reveal()}|${timestampMs}`);
  const contextIdentifier = { type: "Nip", value: nip } as const;
  const encryptedToken = encryptFor(key, plain);
  return client.authToken(
    { challenge, contextIdentifier, encryptedToken, publicKeyId: key.publicKeyId },
    signal,
  );
}
