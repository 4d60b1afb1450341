import { createCipheriv, randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { ZipFile } from "yazl";
import type { Sandbox } from "../src/index.ts";
import { encrypt, sha256, type Answer, type AnswerBody, type Client, type InvoiceBody } from "./client.ts";

/** Names and contents; a list where a name may occur twice. */
export type Files = Record<string, string> | [string, string | Buffer][];

export interface Upload {
  ordinalNumber: number;
  method: string;
  url: string;
  headers: Record<string, string>;
}

export interface OpenBatch {
  reference: string;
  uploads: Upload[];
  /** Encrypted, in order. */
  parts: Buffer[];
}

export interface BatchOptions {
  parts?: number;
  compressionType?: "Zip" | "TarGz";
  offlineMode?: boolean;
  /** Replaces parts of `batchFile` and `encryption` in the request. */
  batchFile?: Record<string, unknown>;
  encryption?: Record<string, unknown>;
}

export function zip(files: Files): Promise<Buffer> {
  const archive = new ZipFile();
  for (const [name, content] of entries(files)) archive.addBuffer(Buffer.from(content), name);
  archive.end();
  return buffer(archive.outputStream);
}

export async function tarGz(files: Files): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of entries(files)) archive.entry({ name }, Buffer.from(content));
  archive.finalize();
  return gzipSync(await buffer(archive));
}

/** The body of an open request for this archive, to be changed at will, and the encrypted parts. */
export async function batchRequest(
  sandbox: Sandbox,
  archive: Buffer,
  { parts: count = 1, batchFile, encryption, ...rest }: BatchOptions = {},
): Promise<{ body: Record<string, unknown>; parts: Buffer[] }> {
  const [key, iv] = [randomBytes(32), randomBytes(16)];
  const length = Math.ceil(archive.length / count);
  const parts = Array.from({ length: count }, (_, index) => {
    const cipher = createCipheriv("aes-256-cbc", key, iv);
    return Buffer.concat([
      cipher.update(archive.subarray(index * length, (index + 1) * length)),
      cipher.final(),
    ]);
  });
  const { compressionType, offlineMode } = rest;
  const body = {
    formCode: { systemCode: "FA (3)", schemaVersion: "1-0E", value: "FA" },
    batchFile: {
      fileSize: archive.length,
      fileHash: sha256(archive),
      ...(compressionType && { compressionType }),
      fileParts: parts.map((part, index) => ({
        ordinalNumber: index + 1,
        fileSize: part.length,
        fileHash: sha256(part),
      })),
      ...batchFile,
    },
    encryption: {
      encryptedSymmetricKey: await encrypt(sandbox, "SymmetricKeyEncryption", key),
      initializationVector: iv.toString("base64"),
      ...encryption,
    },
    ...(offlineMode !== undefined && { offlineMode }),
  };
  return { body, parts };
}

export async function openBatch(
  sandbox: Sandbox,
  client: Client,
  archive: Buffer,
  options?: BatchOptions,
): Promise<OpenBatch> {
  const { body, parts } = await batchRequest(sandbox, archive, options);
  const { status, text } = await client.call("POST", "/sessions/batch", body);
  if (status !== 201) throw new Error(`not opened: ${text}`);
  const answer = JSON.parse(text) as { referenceNumber: string; partUploadRequests: Upload[] };
  return { reference: answer.referenceNumber, uploads: answer.partUploadRequests, parts };
}

/** Sends bytes where the upload request says and as it says. */
export async function upload(
  sandbox: Sandbox,
  { method, url, headers }: Upload,
  bytes: Buffer,
): Promise<Response> {
  return sandbox.app.request(url, { method, headers, body: new Uint8Array(bytes) });
}

export function closeBatch(client: Client, { reference }: Pick<OpenBatch, "reference">): Promise<Answer> {
  return client.call("POST", `/sessions/batch/${reference}/close`);
}

/** Opens, uploads every part and closes; gives the reference number of the session. */
export async function sendBatch(
  sandbox: Sandbox,
  client: Client,
  archive: Buffer,
  options?: BatchOptions,
): Promise<string> {
  const batch = await openBatch(sandbox, client, archive, options);
  await Promise.all(batch.uploads.map((request, index) => upload(sandbox, request, batch.parts[index]!)));
  const { status, text } = await closeBatch(client, batch);
  if (status !== 204) throw new Error(`not closed: ${text}`);
  return batch.reference;
}

export async function sessionNow(client: Client, reference: string): Promise<AnswerBody> {
  return (await client.call("GET", `/sessions/${reference}`)).json;
}

export async function sessionInvoices(client: Client, reference: string): Promise<InvoiceBody[]> {
  return (await client.call("GET", `/sessions/${reference}/invoices?pageSize=1000`)).json.invoices;
}

export const codes = (invoices: InvoiceBody[]): number[] => invoices.map(({ status: { code } }) => code);

const entries = (files: Files): [string, string | Buffer][] =>
  Array.isArray(files) ? files : Object.entries(files);
