import { HubError, toHubError } from "../error.ts";
import { parseXml, textAt, type XmlElement } from "../xml.ts";
import type { Answer } from "./http.ts";
import { sha256 } from "./encryption.ts";
import { structureFault } from "./receipt-structure.ts";

export interface Expected {
  ksefNumber: string;
  /** SHA-256 of the invoice, in Base64. */
  documentSha256: string;
}

/**
 * A receipt (UPO) is taken only if it is whole and ours: the hash in the header is that of the body, its structure that
 * of its schema, and inside stand the number and the hash of our document. Throws `ksef.receipt-mismatch`.
 * Source: schema UPO v4-3.
 */
export function verifyReceipt(answer: Answer, expected: Expected): { bytes: Uint8Array; numberedAt: string } {
  const mismatch = (what: string): HubError =>
    new HubError("ksef.receipt-mismatch", `The receipt for ${expected.ksefNumber}: ${what}.`);
  const root = requireWhole(answer, "Potwierdzenie", mismatch);
  const fault = structureFault(root);
  if (fault !== undefined) throw mismatch(`it is not a UPO by its schema: ${fault}`);
  if (textAt(root, number) !== expected.ksefNumber) throw mismatch(`it names ${textAt(root, number)}`);
  if (textAt(root, hash) !== expected.documentSha256)
    throw mismatch("it is for a document with another hash");
  const numberedAt = textAt(root, date);
  if (!numberedAt) throw mismatch("it does not say when the number was given");
  return { bytes: answer.bytes, numberedAt };
}

/**
 * Of each invoice in the receipt of a whole session: its KSeF number and when it was given, by SHA-256 (Base64). Ten
 * thousand make 7 MB, so they are read one after the other, without a tree. Who relies on it compares the hash with that
 * of a document of ours, and archives the receipt of each invoice by itself.
 */
export function readCollectiveReceipt({
  headers,
  bytes,
}: Answer): Map<string, { number: string; numberedAt: string }> {
  const announced = headers.get("x-ms-meta-hash");
  if (announced !== null && announced !== sha256(bytes))
    throw sessionMismatch("its hash is not the announced one");
  const text = Buffer.from(bytes).toString("utf8");
  if (!/<(?:\w+:)?Potwierdzenie[\s>]/.test(text)) throw sessionMismatch("its root is not <Potwierdzenie>");
  const entries = text.matchAll(/<(?:\w+:)?Dokument>(.*?)<\/(?:\w+:)?Dokument>/gs);
  return new Map(
    Array.from(entries, ([, entry = ""]) => [
      fieldOf(entry, "SkrotDokumentu"),
      { number: fieldOf(entry, "NumerKSeFDokumentu"), numberedAt: fieldOf(entry, "DataNadaniaNumeruKSeF") },
    ]),
  );
}

const sessionMismatch = (what: string): HubError =>
  new HubError("ksef.receipt-mismatch", `The receipt of the session: ${what}.`);

const fieldOf = (entry: string, name: string): string =>
  new RegExp(`<(?:\\w+:)?${name}>([^<]*)<`).exec(entry)?.[1] ?? "";

/**
 * The root of a document that came as KSeF sent it: with the hash it announces, and XML to the end. `fault` makes the
 * error of what is wrong; it has to be one after which the document is asked for again.
 */
export function requireWhole(
  { headers, bytes }: Answer,
  root: string,
  fault: (what: string) => HubError,
): XmlElement {
  const announced = headers.get("x-ms-meta-hash");
  if (announced !== null && announced !== sha256(bytes)) throw fault("its hash is not the announced one");
  const found = parsed(bytes, fault);
  if (found.name !== root) throw fault(`its root is <${found.name}>`);
  return found;
}

function parsed(bytes: Uint8Array, fault: (what: string) => HubError): XmlElement {
  try {
    return parseXml(bytes);
  } catch (cause) {
    throw fault(`it is not XML (${toHubError(cause).message})`);
  }
}

const number = "Dokument/NumerKSeFDokumentu";
const hash = "Dokument/SkrotDokumentu";
const date = "Dokument/DataNadaniaNumeruKSeF";
