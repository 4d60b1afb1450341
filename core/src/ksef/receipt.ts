import { HubError } from "../error.ts";
import { parseXml, textAt } from "../xml.ts";
import type { Answer } from "./http.ts";
import { sha256 } from "./encryption.ts";

export interface Expected {
  ksefNumber: string;
  /** SHA-256 of the invoice, in Base64. */
  documentSha256: string;
}

/**
 * A receipt (UPO) is taken only if it is whole and ours: the hash in the header is that of the body, and inside stand
 * the number and the hash of our document. Throws `ksef.receipt-mismatch`. Source: schema UPO v4-3.
 */
export function verifyReceipt(answer: Answer, expected: Expected): { bytes: Uint8Array; numberedAt: string } {
  const mismatch = (what: string): HubError =>
    new HubError("ksef.receipt-mismatch", `The receipt for ${expected.ksefNumber}: ${what}.`);
  const announced = answer.headers.get("x-ms-meta-hash");
  if (announced !== null && announced !== sha256(answer.bytes))
    throw mismatch("its hash is not the announced one");
  const root = parseXml(answer.bytes);
  if (root.name !== "Potwierdzenie") throw mismatch(`its root is <${root.name}>`);
  if (textAt(root, number) !== expected.ksefNumber) throw mismatch(`it names ${textAt(root, number)}`);
  if (textAt(root, hash) !== expected.documentSha256)
    throw mismatch("it is for a document with another hash");
  const numberedAt = textAt(root, date);
  if (!numberedAt) throw mismatch("it does not say when the number was given");
  return { bytes: answer.bytes, numberedAt };
}

const number = "Dokument/NumerKSeFDokumentu";
const hash = "Dokument/SkrotDokumentu";
const date = "Dokument/DataNadaniaNumeruKSeF";
