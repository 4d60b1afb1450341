import { createHash } from "node:crypto";
import { decrypt } from "../decrypt.ts";
import type { Batch, Session } from "../state.ts";
import { PackageFault } from "./package-fault.ts";

/** Largest part before it is encrypted, in bytes. Source: ksef-docs, faktury/weryfikacja-faktury.md. */
export const largestPart = 100_000_000;

/** The archive from its encrypted parts. Throws PackageFault: 405, 415 or 435. */
export function openPackage(
  { key, initializationVector }: Session,
  { size, sha256 }: Batch,
  parts: (Buffer | undefined)[],
): Buffer {
  const plain = parts.map((part, index) => {
    const which = `części ${index + 1}`;
    if (part === undefined) throw new PackageFault(405, `Skrót ${which} nie zgadza się z zadeklarowanym.`);
    if (key === undefined) throw new PackageFault(415);
    const decrypted = decrypt(part, key, initializationVector);
    if (decrypted === undefined) throw new PackageFault(435, `Nie udało się odszyfrować ${which}.`);
    if (decrypted.length > largestPart)
      throw new PackageFault(405, `Rozmiar ${which} przekracza ${largestPart} bajtów.`);
    return decrypted;
  });
  const archive = Buffer.concat(plain);
  if (archive.length !== size)
    throw new PackageFault(405, `Rozmiar paczki ${archive.length} nie zgadza się z zadeklarowanym ${size}.`);
  if (createHash("sha256").update(archive).digest("base64") !== sha256)
    throw new PackageFault(405, "Skrót paczki nie zgadza się z zadeklarowanym.");
  return archive;
}
