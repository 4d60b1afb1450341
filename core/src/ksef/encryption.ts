import {
  constants,
  createCipheriv,
  createHash,
  hkdfSync,
  publicEncrypt,
  randomBytes,
  X509Certificate,
} from "node:crypto";
import type { Secret } from "../secret.ts";
import type { OpenOnline, PublicKey, SendInvoice } from "./client.ts";

/** The key of one session: AES-256 and its initialisation vector, which KSeF uses for every document of the session. */
export interface SessionKey {
  key: Uint8Array;
  iv: Uint8Array;
}

/** The key of the session of this name: whoever has the secret (random bytes, in Base64) comes to the same. */
export function sessionKeyOf(secret: Secret, session: string): SessionKey {
  const bytes = Buffer.from(hkdfSync("sha256", Buffer.from(secret.reveal(), "base64"), "", session, 48));
  return { key: bytes.subarray(0, 32), iv: bytes.subarray(32) };
}

export const newSessionKey = (): SessionKey => ({ key: randomBytes(32), iv: randomBytes(16) });

/** The session's key as KSeF wants it when the session is opened. */
export function sealSessionKey({ key, iv }: SessionKey, publicKey: PublicKey): OpenOnline["encryption"] {
  return {
    encryptedSymmetricKey: encryptFor(publicKey, key),
    initializationVector: Buffer.from(iv).toString("base64"),
    publicKeyId: publicKey.publicKeyId,
  };
}

/** An invoice encrypted for a session (AES-256-CBC, PKCS#7), with the sizes and hashes KSeF checks. */
export function sealInvoice(xml: Uint8Array, { key, iv }: SessionKey): SendInvoice {
  const cipher = createCipheriv("aes-256-cbc", key, iv);
  const encrypted = Buffer.concat([cipher.update(xml), cipher.final()]);
  return {
    invoiceHash: sha256(xml),
    invoiceSize: xml.byteLength,
    encryptedInvoiceHash: sha256(encrypted),
    encryptedInvoiceSize: encrypted.byteLength,
    encryptedInvoiceContent: encrypted.toString("base64"),
    offlineMode: false,
  };
}

/** RSA-OAEP with SHA-256 for the hash and for MGF1, in Base64. */
export function encryptFor({ certificate }: PublicKey, plain: Uint8Array): string {
  const { publicKey } = new X509Certificate(Buffer.from(certificate, "base64"));
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return publicEncrypt({ key: publicKey, padding, oaepHash: "sha256" }, plain).toString("base64");
}

/** SHA-256 in Base64, as KSeF writes every hash. */
export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("base64");
