import { webcrypto } from "node:crypto";
// Demanded by the certificate library before it is loaded.
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { Secret } from "../../src/secret.ts";

export type Kind = "RSA 2048" | "P-256" | "P-384" | "RSA 1024";

const algorithms: Record<Kind, RsaHashedKeyGenParams | EcKeyGenParams> = {
  "RSA 2048": rsa(2048),
  "RSA 1024": rsa(1024),
  "P-256": { name: "ECDSA", namedCurve: "P-256" },
  "P-384": { name: "ECDSA", namedCurve: "P-384" },
};

type RsaHashedKeyGenParams = webcrypto.RsaHashedKeyGenParams;
type EcKeyGenParams = webcrypto.EcKeyGenParams;

/** A self-signed seal certificate such as the test environment of KSeF accepts. */
export async function sealCertificate(kind: Kind, nip: string, until = new Date("2099-01-01")) {
  const algorithm = algorithms[kind];
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: "00f1e2d3c4b5a69788",
    name: `C=PL, O="Próba & Syn, sp. z o.o.", 2.5.4.97=VATPL-${nip}, CN=Próba`,
    notBefore: new Date("2025-01-01"),
    notAfter: until,
    signingAlgorithm: { ...algorithm, hash: "SHA-256" },
    keys,
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  const privateKeyPem = `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`;
  return { certificatePem: certificate.toString("pem"), privateKeyPem: new Secret(privateKeyPem) };
}

function rsa(modulusLength: number): RsaHashedKeyGenParams {
  const publicExponent = new Uint8Array([1, 0, 1]);
  return { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength, publicExponent };
}
