import { createCipheriv, createHash } from "node:crypto";
import { open } from "node:fs/promises";
import type { SessionKey } from "../encryption.ts";
import { onDisk } from "./on-disk.ts";

/** A part of a package: an encrypted file, its size in bytes and its SHA-256 in Base64, as the session declares them. */
export interface BatchPart {
  ordinal: number;
  path: string;
  size: number;
  sha256: string;
}

/** A part in the making. `close` after a failure, too; a second time does nothing. */
export interface PartFile {
  write(plain: Uint8Array): Promise<void>;
  finish(): Promise<BatchPart>;
  close(): Promise<void>;
}

/**
 * Encrypts (AES-256-CBC, PKCS#7) what is written, into a new file that only its owner can read. KSeF knows one key and
 * one IV for all parts of a session. Throws `storage.unavailable`. Source: ksef-docs, sesja-wsadowa.md.
 */
export async function createPart(path: string, ordinal: number, { key, iv }: SessionKey): Promise<PartFile> {
  const file = await onDisk(open(path, "wx", 0o600));
  const cipher = createCipheriv("aes-256-cbc", key, iv);
  const hash = createHash("sha256");
  let size = 0;
  const append = async (encrypted: Uint8Array): Promise<void> => {
    hash.update(encrypted);
    size += encrypted.byteLength;
    await onDisk(file.writeFile(encrypted));
  };
  const close = () => onDisk(file.close());
  return {
    close,
    write: (plain) => append(cipher.update(plain)),
    finish: async () => {
      await append(cipher.final());
      await close();
      return { ordinal, path, size, sha256: hash.digest("base64") };
    },
  };
}
