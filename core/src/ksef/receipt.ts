import { HubError } from "../error.ts";
import { parseXml, textAt, type XmlElement } from "../xml.ts";
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
  const sentence = (what: string): string => `The receipt for ${expected.ksefNumber}: ${what}.`;
  const mismatch = (what: string): HubError => new HubError("ksef.receipt-mismatch", sentence(what));
  const root = wholeReceipt(answer, sentence);
  if (textAt(root, number) !== expected.ksefNumber) throw mismatch(`it names ${textAt(root, number)}`);
  if (textAt(root, hash) !== expected.documentSha256)
    throw mismatch("it is for a document with another hash");
  const numberedAt = textAt(root, date);
  if (!numberedAt) throw mismatch("it does not say when the number was given");
  return { bytes: answer.bytes, numberedAt };
}

/** Of each invoice in the receipt of a whole session: its KSeF number and when it was given, by SHA-256 (Base64). */
export function readCollectiveReceipt(answer: Answer): Map<string, { number: string; numberedAt: string }> {
  const { children } = wholeReceipt(answer, (what) => `The receipt of the session: ${what}.`);
  return new Map(
    children
      .filter(({ name }) => name === "Dokument")
      .map((entry) => [
        textAt(entry, "SkrotDokumentu") ?? "",
        {
          number: textAt(entry, "NumerKSeFDokumentu") ?? "",
          numberedAt: textAt(entry, "DataNadaniaNumeruKSeF") ?? "",
        },
      ]),
  );
}

/** The root of a receipt that came as it was sent. */
function wholeReceipt({ headers, bytes }: Answer, sentence: (what: string) => string): XmlElement {
  const mismatch = (what: string): HubError => new HubError("ksef.receipt-mismatch", sentence(what));
  const announced = headers.get("x-ms-meta-hash");
  if (announced !== null && announced !== sha256(bytes)) throw mismatch("its hash is not the announced one");
  const root = parseXml(bytes);
  if (root.name !== "Potwierdzenie") throw mismatch(`its root is <${root.name}>`);
  return root;
}

const number = "Dokument/NumerKSeFDokumentu";
const hash = "Dokument/SkrotDokumentu";
const date = "Dokument/DataNadaniaNumeruKSeF";
