import * as z from "zod";
import { HubError } from "../error.ts";
import { Secret } from "../secret.ts";

/** What a tenant logs in to KSeF with: a KSeF certificate (or another that KSeF accepts), or a KSeF token. */
export type Credentials =
  | { kind: "certificate"; certificatePem: string; privateKeyPem: Secret }
  | { kind: "token"; token: Secret };

const stored = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("certificate"), certificatePem: z.string(), privateKeyPem: z.string() }),
  z.object({ kind: z.literal("token"), token: z.string() }),
]);

/** The credentials as one secret, for the `Secrets` port. */
export function sealCredentials(credentials: Credentials): Secret {
  const plain =
    credentials.kind === "token"
      ? { kind: credentials.kind, token: credentials.token.reveal() }
      : { ...credentials, privateKeyPem: credentials.privateKeyPem.reveal() };
  return new Secret(JSON.stringify(plain));
}

export function openCredentials(secret: Secret | undefined): Credentials {
  if (secret === undefined) throw new HubError("ksef.credentials", "The tenant has no KSeF credentials.");
  const parsed = stored.safeParse(JSON.parse(secret.reveal()));
  if (!parsed.success) throw new HubError("ksef.credentials", "The stored KSeF credentials cannot be read.");
  return parsed.data.kind === "token"
    ? { kind: "token", token: new Secret(parsed.data.token) }
    : { ...parsed.data, privateKeyPem: new Secret(parsed.data.privateKeyPem) };
}
