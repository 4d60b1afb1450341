import { createHash } from "node:crypto";

/** What one request carries at most; S3 takes 10,000 of these for an object. */
export const partBytes = 8 * 1024 * 1024;

/** S3's checksum of an object in parts: the SHA-256 of the parts' own SHA-256, and how many they are. */
export function compositeOf(parts: readonly Uint8Array[]): string {
  return `${createHash("sha256").update(Buffer.concat(parts)).digest("base64")}-${parts.length}`;
}

/** The same of bytes that come in pieces of any length, with parts of `partBytes`. */
export function compositeHash() {
  const parts: Uint8Array[] = [];
  let part = createHash("sha256");
  let room = partBytes;
  const endPart = () => {
    parts.push(part.digest());
    part = createHash("sha256");
    room = partBytes;
  };
  return {
    update: (bytes: Uint8Array) => {
      for (let at = 0; at < bytes.length;) {
        const taken = bytes.subarray(at, at + room);
        part.update(taken);
        at += taken.length;
        room -= taken.length;
        if (room === 0) endPart();
      }
    },
    digest: (): string => {
      if (room < partBytes) endPart();
      return compositeOf(parts);
    },
  };
}
