import { createDecipheriv } from "node:crypto";

/** AES-256-CBC with PKCS#7; key and initialization vector in Base64. Undefined when the content does not fit the key. */
export function decrypt(content: Uint8Array, key: string, initializationVector: string): Buffer | undefined {
  const cipher = createDecipheriv(
    "aes-256-cbc",
    Buffer.from(key, "base64"),
    Buffer.from(initializationVector, "base64"),
  );
  try {
    return Buffer.concat([cipher.update(content), cipher.final()]);
  } catch (error) {
    if (error instanceof Error && "code" in error && String(error.code).startsWith("ERR_OSSL"))
      return undefined;
    throw error;
  }
}
