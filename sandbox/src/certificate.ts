import { webcrypto } from "node:crypto";
// Demanded by the certificate library before it is loaded.
import "reflect-metadata";
import * as x509 from "@peculiar/x509";

export interface CertificateRequest {
  /** The distinguished name, general part first: `C=PL, O=…, 2.5.4.97=VATPL-5265877635, CN=…`. */
  subject: string;
  key: "rsa" | "ec";
  use: "signing" | "key-encryption" | "certificate-authority";
  notBefore: number;
  notAfter: number;
}

export interface IssuedCertificate {
  certificatePem: string;
  /** PKCS#8. */
  privateKeyPem: string;
}

/** A new key (RSA 2048 or EC P-256) and a self-signed X.509 v3 certificate for it. */
export async function issueCertificate(request: CertificateRequest): Promise<IssuedCertificate> {
  const keys = await webcrypto.subtle.generateKey(algorithms[request.key], true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: request.subject,
    notBefore: new Date(request.notBefore),
    notAfter: new Date(request.notAfter),
    signingAlgorithm: { name: algorithms[request.key].name, hash: "SHA-256" },
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(request.use === "certificate-authority", undefined, true),
      new x509.KeyUsagesExtension(usages[request.use], true),
    ],
  });
  const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    certificatePem: certificate.toString("pem"),
    privateKeyPem: x509.PemConverter.encode(pkcs8, "PRIVATE KEY"),
  };
}

const algorithms = {
  rsa: {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
  ec: { name: "ECDSA", namedCurve: "P-256" },
};

const usages: Record<CertificateRequest["use"], x509.KeyUsageFlags> = {
  signing: x509.KeyUsageFlags.digitalSignature,
  "key-encryption": x509.KeyUsageFlags.keyEncipherment,
  "certificate-authority": x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
};
