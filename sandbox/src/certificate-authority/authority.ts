import { randomBytes, webcrypto } from "node:crypto";
// Demanded by the certificate library before it is loaded.
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { issueCertificate, type IssuedCertificate } from "../certificate.ts";
import type { State } from "../state.ts";

/** What a KSeF certificate is for: to log in, or to vouch for invoices issued offline. */
export type CertificateType = "Authentication" | "Offline";

export interface CertificateOrder {
  type: CertificateType;
  subject: x509.Name;
  publicKey: x509.PublicKey;
  validFrom: number;
  validTo: number;
}

/**
 * A certificate signed by the sandbox's own authority, whose key is made the first time and kept; the serial number has
 * 16 hexadecimal digits. Source: ksef-docs, certyfikaty-KSeF.md.
 */
export async function issueKsefCertificate(
  state: State,
  order: CertificateOrder,
): Promise<{ serialNumber: string; der: Buffer }> {
  const authority = await openAuthority(state);
  const issuer = new x509.X509Certificate(authority.certificatePem);
  const serialNumber = `01${randomBytes(7).toString("hex")}`.toUpperCase();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber,
    subject: order.subject,
    issuer: issuer.subjectName,
    notBefore: new Date(order.validFrom),
    notAfter: new Date(order.validTo),
    publicKey: order.publicKey,
    signingKey: await signingKey(authority),
    signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(usages[order.type], true),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(order.publicKey),
    ],
  });
  return { serialNumber, der: Buffer.from(certificate.rawData) };
}

const usages: Record<CertificateType, x509.KeyUsageFlags> = {
  Authentication: x509.KeyUsageFlags.digitalSignature,
  Offline: x509.KeyUsageFlags.nonRepudiation,
};

const day = 24 * 3600_000;

async function openAuthority(state: State): Promise<IssuedCertificate> {
  const stored = state.store.collection<IssuedCertificate>("certificate-authority");
  const known = stored.get("authority");
  if (known !== undefined) return known;
  const now = state.clock.now();
  const made = await issueCertificate({
    subject: "C=PL, O=Ministerstwo Finansów, OU=Krajowa Administracja Skarbowa, CN=TEST CCK KSeF",
    key: "ec",
    use: "certificate-authority",
    notBefore: now - day,
    notAfter: now + 7305 * day,
  });
  // Somebody may have made it while the key was being generated.
  const authority = stored.get("authority") ?? made;
  stored.set("authority", authority);
  return authority;
}

function signingKey({ privateKeyPem }: IssuedCertificate): Promise<webcrypto.CryptoKey> {
  const pkcs8 = x509.PemConverter.decodeFirst(privateKeyPem);
  return webcrypto.subtle.importKey("pkcs8", pkcs8, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
}
