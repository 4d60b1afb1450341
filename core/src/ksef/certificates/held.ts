import type { CertificateType } from "./client.ts";
import type { Holder } from "./holder.ts";
import { certificateSecret, openCertificate, readCertificate } from "./stored.ts";

/**
 * Something of a tenant's that ends; `next` is an `Authentication` certificate that the login has not changed over to
 * yet. Times in milliseconds since 1970.
 */
export type Held =
  | { what: CertificateType | "next"; serialNumber: string; validFrom: number; validTo: number }
  | { what: "token"; validTo: number };

/** What a tenant logs in with and vouches for invoices with, as far as the hub keeps it. */
export async function heldBy({
  tenant,
  secrets,
  credentials,
}: Pick<Holder, "tenant" | "secrets" | "credentials">): Promise<Held[]> {
  const login = await credentials();
  const held: Held[] =
    login.kind === "token"
      ? [{ what: "token", validTo: tokensEnd }]
      : [{ what: "Authentication", ...readCertificate(login.certificatePem) }];
  for (const [what, type] of [
    ["next", "Authentication"],
    ["Offline", "Offline"],
  ] as const) {
    const secret = await secrets.get(certificateSecret(tenant, type));
    if (secret === undefined) continue;
    const { serialNumber, validFrom, validTo } = openCertificate(secret);
    held.push({ what, serialNumber, validFrom, validTo });
  }
  return held;
}

/** KSeF tokens may be used until 31 December 2026, midnight in Warsaw. */
const tokensEnd = Date.parse("2027-01-01T00:00:00+01:00");
