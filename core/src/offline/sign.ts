import { constants, createPrivateKey, sign, type KeyObject, type SigningOptions } from "node:crypto";
import { HubError } from "../error.ts";
import type { Secret } from "../secret.ts";

/**
 * The signature of a link without its protocol, in Base64URL: RSASSA-PSS with SHA-256 and a salt of 32 bytes, or
 * ECDSA on P-256 with SHA-256 as `R||S`, which KSeF recommends over DER. Throws `ksef.credentials`.
 * Source: ksef-docs, kody-qr.md, Algorytmy podpisu.
 */
export function signLink(link: string, privateKeyPem: Secret): string {
  const key = readKey(privateKeyPem);
  const text = Buffer.from(link.replace(/^https?:\/\//, ""));
  return sign("sha256", text, { key, ...schemeOf(key) }).toString("base64url");
}

function schemeOf(key: KeyObject): SigningOptions {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === "rsa" && modulusLength >= 2048)
    return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  if (key.asymmetricKeyType === "ec" && namedCurve === "prime256v1") return { dsaEncoding: "ieee-p1363" };
  throw new HubError("ksef.credentials", "KOD II takes RSA keys from 2048 bits and EC keys on P-256.");
}

function readKey(pem: Secret): KeyObject {
  try {
    return createPrivateKey(pem.reveal());
  } catch {
    // The parser's own message may quote the key: it is left out on purpose.
    throw new HubError("ksef.credentials", "The private key of the certificate is not readable PEM.");
  }
}
