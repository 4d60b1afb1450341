import { createCipheriv, createHash } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import type { State } from "../state.ts";
import { archive, type Compression } from "./archive.ts";
import { invoiceMetadata } from "./metadata.ts";
import type { ReadableInvoice } from "./readable.ts";

/** A package made of invoices and cut into encrypted parts. Hashes are SHA-256 in Base64, sizes are bytes. */
export interface Package {
  invoices: ReadableInvoice[];
  /** Of the archive before it is encrypted. */
  size: number;
  parts: Part[];
}

interface Part {
  /** As `InvoicePackagePart` has them. */
  facts: { partSize: number; partHash: string; encryptedPartSize: number; encryptedPartHash: string };
  /** Encrypted. */
  content: Buffer;
}

export interface PackageRequest {
  onlyMetadata: boolean;
  compression: Compression;
  key: Buffer;
  initializationVector: Buffer;
}

/**
 * As many of the invoices, from the first on, as the limits allow, with `_metadata.json`, which does not count. Without
 * invoices there is no part. Source: ksef-docs, pobieranie-faktur/przyrostowe-pobieranie-faktur.md.
 */
export async function packInvoices(
  state: State,
  found: ReadableInvoice[],
  { onlyMetadata, compression, key, initializationVector }: PackageRequest,
): Promise<Package> {
  const chosen = found.slice(0, state.readingLimits.exportInvoices);
  const documents = onlyMetadata
    ? []
    : fitting(
        chosen.map((each) => documentOf(state, each)),
        state.readingLimits.exportBytes,
      );
  const invoices = onlyMetadata ? chosen : chosen.slice(0, documents.length);
  if (invoices.length === 0) return { invoices, size: 0, parts: [] };
  const metadata = Buffer.from(JSON.stringify({ invoices: invoices.map(invoiceMetadata) }));
  const files: [string, Buffer][] = [
    ...documents.map((document, index): [string, Buffer] => [
      `${invoices[index]?.accepted.ksefNumber}.xml`,
      document,
    ]),
    ["_metadata.json", metadata],
  ];
  const whole = await archive(files, compression, state.clock.now());
  const length = state.readingLimits.exportPartBytes;
  const parts = Array.from({ length: Math.ceil(whole.length / length) }, (_, index) => {
    const part = whole.subarray(index * length, (index + 1) * length);
    const cipher = createCipheriv("aes-256-cbc", key, initializationVector);
    const content = Buffer.concat([cipher.update(part), cipher.final()]);
    const facts = {
      partSize: part.length,
      partHash: sha256(part),
      encryptedPartSize: content.length,
      encryptedPartHash: sha256(content),
    };
    return { facts, content };
  });
  return { invoices, size: whole.length, parts };
}

const documentOf = (state: State, { accepted }: ReadableInvoice): Buffer =>
  Buffer.from(state.documents.get(accepted.ksefNumber) ?? "", "base64");

/** Those that fit into `limit` bytes, each compressed by itself; at least one, or no export would ever get past it. */
function fitting(documents: Buffer[], limit: number): Buffer[] {
  const plain = documents.reduce((sum, { length }) => sum + length, 0);
  if (plain <= limit) return documents;
  let packed = 0;
  const end = documents.findIndex((document) => (packed += deflateRawSync(document).length) > limit);
  return end < 0 ? documents : documents.slice(0, Math.max(1, end));
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("base64");
