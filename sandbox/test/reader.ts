import { createDecipheriv, randomBytes } from "node:crypto";
import { unpack } from "../src/batch/unpack.ts";
import type { Sandbox } from "../src/index.ts";
import { encrypt, sha256, type Answer, type Client } from "./client.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export interface Metadata extends Record<string, unknown> {
  ksefNumber: string;
  invoiceNumber: string;
  issueDate: string;
  invoicingDate: string;
  permanentStorageDate: string;
}

export interface Found {
  hasMore: boolean;
  isTruncated: boolean;
  permanentStorageHwmDate: string | null;
  invoices: Metadata[];
}

export interface Exported {
  status: { code: number; description: string; details?: string[] };
  completedDate?: string;
  packageExpirationDate?: string;
  package?: {
    invoiceCount: number;
    size: number;
    parts: ExportedPart[];
    isTruncated: boolean;
    lastIssueDate?: string;
    lastInvoicingDate?: string;
    lastPermanentStorageDate?: string;
    permanentStorageHwmDate: string | null;
  };
}

export interface ExportedPart {
  ordinalNumber: number;
  partName: string;
  method: string;
  url: string;
  partSize: number;
  partHash: string;
  encryptedPartSize: number;
  encryptedPartHash: string;
  expirationDate: string;
}

/** Filters that find every invoice of the sandbox's day. Changes replace members; those of `dateRange` one by one. */
export function filters(
  change: Record<string, unknown> & { dateRange?: Record<string, unknown> } = {},
): Record<string, unknown> {
  const dateRange = { dateType: "PermanentStorage", from: "2026-03-02T00:00:00Z", ...change.dateRange };
  return { subjectType: "Subject1", ...change, dateRange };
}

/** `POST /invoices/query/metadata`. */
export function ask(client: Client, body: unknown, page = "pageSize=250"): Promise<Answer> {
  return client.call("POST", `/invoices/query/metadata?${page}`, body);
}

/** The same where it has to succeed. */
export async function find(client: Client, body: unknown, page?: string): Promise<Found> {
  const { status, text } = await ask(client, body, page);
  if (status !== 200) throw new Error(`not answered: ${text}`);
  return JSON.parse(text) as Found;
}

export const numbers = ({ invoices }: Pick<Found, "invoices">): string[] =>
  invoices.map(({ invoiceNumber }) => invoiceNumber);

export interface OpenExport {
  reference: string;
  key: Buffer;
  iv: Buffer;
}

export interface ExportOptions {
  compressionType?: "Zip" | "TarGz" | null;
  onlyMetadata?: boolean;
  /** Replaces members of `encryption`. */
  encryption?: Record<string, unknown>;
}

/** The body of `POST /invoices/exports` with what opens the package. */
export async function exportRequest(
  sandbox: Sandbox,
  wanted: unknown,
  { encryption, ...options }: ExportOptions = {},
): Promise<{ body: Record<string, unknown>; key: Buffer; iv: Buffer }> {
  const [key, iv] = [randomBytes(32), randomBytes(16)];
  const encryptedSymmetricKey = await encrypt(sandbox, "SymmetricKeyEncryption", key);
  const own = { encryptedSymmetricKey, initializationVector: iv.toString("base64"), ...encryption };
  return { body: { encryption: own, filters: wanted, ...options }, key, iv };
}

export async function startExport(
  sandbox: Sandbox,
  client: Client,
  wanted: unknown,
  options?: ExportOptions,
): Promise<OpenExport> {
  const { body, key, iv } = await exportRequest(sandbox, wanted, options);
  const { status, text, json } = await client.call("POST", "/invoices/exports", body);
  if (status !== 201) throw new Error(`not started: ${text}`);
  return { reference: json.referenceNumber, key, iv };
}

export async function exportNow(
  client: Client,
  { reference }: Pick<OpenExport, "reference">,
): Promise<Exported> {
  const { status, text } = await client.call("GET", `/invoices/exports/${reference}`);
  if (status !== 200) throw new Error(`no status: ${text}`);
  return JSON.parse(text) as Exported;
}

/** Follows the link of a part, without a token. */
export async function download(sandbox: Sandbox, { method, url }: ExportedPart): Promise<Response> {
  return sandbox.app.request(url, { method });
}

/** Downloads, checks every size and hash, decrypts and unpacks. */
export async function openPackage(
  sandbox: Sandbox,
  { package: made }: Exported,
  { key, iv }: OpenExport,
  compression: "Zip" | "TarGz" = "Zip",
): Promise<{ documents: Map<string, string>; metadata: Metadata[] }> {
  const parts: Buffer[] = [];
  for (const part of made!.parts) {
    const response = await download(sandbox, part);
    const encrypted = Buffer.from(await response.arrayBuffer());
    const cipher = createDecipheriv("aes-256-cbc", key, iv);
    const plain = Buffer.concat([cipher.update(encrypted), cipher.final()]);
    const facts = [encrypted.length, sha256(encrypted), plain.length, sha256(plain)];
    const { encryptedPartSize, encryptedPartHash, partSize, partHash } = part;
    if (String(facts) !== String([encryptedPartSize, encryptedPartHash, partSize, partHash]))
      throw new Error(`${part.partName} is not what was announced`);
    if (response.headers.get("x-ms-meta-hash") !== encryptedPartHash) throw new Error("wrong x-ms-meta-hash");
    parts.push(plain);
  }
  const documents = new Map<string, string>();
  let metadata: Metadata[] = [];
  const archive = Buffer.concat(parts);
  if (archive.length !== made!.size) throw new Error("wrong size of the package");
  if (archive.length === 0) return { documents, metadata };
  for await (const { name, content } of unpack(archive, compression, 1e9)) {
    const text = content!.toString();
    if (name === "_metadata.json") metadata = (JSON.parse(text) as { invoices: Metadata[] }).invoices;
    else documents.set(name, text);
  }
  return { documents, metadata };
}

/** Exports to the end and opens the package. */
export async function exportAll(
  sandbox: Sandbox,
  clock: VirtualClock,
  client: Client,
  wanted: unknown,
  options: ExportOptions = {},
): Promise<{ exported: Exported; documents: Map<string, string>; metadata: Metadata[] }> {
  const open = await startExport(sandbox, client, wanted, options);
  clock.pass(200);
  const exported = await exportNow(client, open);
  return { exported, ...(await openPackage(sandbox, exported, open, options.compressionType ?? "Zip")) };
}
