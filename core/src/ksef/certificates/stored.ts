import { X509Certificate } from "node:crypto";
import * as z from "zod";
import { HubError } from "../../error.ts";
import { Secret } from "../../secret.ts";
import { CertificateType } from "./client.ts";

/** A certificate KSeF issued, with its key. Times in milliseconds since 1970. */
export interface KsefCertificate {
  type: CertificateType;
  certificatePem: string;
  privateKeyPem: Secret;
  /** 16 hexadecimal digits. */
  serialNumber: string;
  validFrom: number;
  validTo: number;
}

/**
 * Where the newest certificate of a tenant is: for `Authentication` until the login has changed over to it, for `Offline`
 * for good. Under both names lie credentials that `openCredentials` reads as well.
 */
export const certificateSecret = (tenant: string, type: CertificateType): string =>
  type === "Offline" ? `${tenant}/ksef-offline` : `${tenant}/ksef-next`;

const stored = z.object({
  kind: z.literal("certificate"),
  type: CertificateType,
  certificatePem: z.string(),
  privateKeyPem: z.string(),
  serialNumber: z.string(),
  validFrom: z.number(),
  validTo: z.number(),
});

export function sealCertificate(certificate: KsefCertificate): Secret {
  const plain: z.output<typeof stored> = {
    kind: "certificate",
    ...certificate,
    privateKeyPem: certificate.privateKeyPem.reveal(),
  };
  return new Secret(JSON.stringify(plain));
}

/** Throws `ksef.credentials` when the secret is something else. */
export function openCertificate(secret: Secret): KsefCertificate {
  const parsed = stored.safeParse(JSON.parse(secret.reveal()));
  if (!parsed.success) throw new HubError("ksef.credentials", "The stored KSeF certificate cannot be read.");
  const { kind: _, ...certificate } = parsed.data;
  return { ...certificate, privateKeyPem: new Secret(certificate.privateKeyPem) };
}

/** What a certificate says of itself. Times in milliseconds since 1970. */
export function readCertificate(certificatePem: string) {
  const certificate = openX509(certificatePem);
  return {
    serialNumber: certificate.serialNumber.padStart(16, "0"),
    validFrom: Date.parse(certificate.validFrom),
    validTo: Date.parse(certificate.validTo),
  };
}

function openX509(certificatePem: string): X509Certificate {
  try {
    return new X509Certificate(certificatePem);
  } catch (cause) {
    throw new HubError("ksef.credentials", "The certificate is not readable PEM.", { cause });
  }
}
