import { createHash, createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { issueCertificate, type IssuedCertificate } from "../certificate.ts";
import type { Collection } from "../store.ts";

/** The Ministry's seal, which signs every UPO. */
export interface Seal {
  privateKey: KeyObject;
  /** DER in Base64, and its SHA-256 in Base64. */
  certificate: string;
  certificateSha256: string;
}

/** Opens the seal kept in `stored`, making it the first time: RSA 2048, for ten years. */
export async function openSeal(stored: Collection<IssuedCertificate>, now: number): Promise<Seal> {
  const issued = stored.get("seal") ?? (await sealCertificate(now));
  stored.set("seal", issued);
  const { raw } = new X509Certificate(issued.certificatePem);
  return {
    privateKey: createPrivateKey(issued.privateKeyPem),
    certificate: raw.toString("base64"),
    certificateSha256: createHash("sha256").update(raw).digest("base64"),
  };
}

const day = 24 * 3600_000;

function sealCertificate(now: number): Promise<IssuedCertificate> {
  return issueCertificate({
    subject: "C=PL, O=Ministerstwo Finansów, 2.5.4.97=VATPL-5260250274, CN=Ministerstwo Finansów",
    key: "rsa",
    use: "signing",
    notBefore: now - day,
    notAfter: now + 3652 * day,
  });
}
