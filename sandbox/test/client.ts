import {
  constants,
  createCipheriv,
  createHash,
  publicEncrypt,
  randomBytes,
  X509Certificate,
} from "node:crypto";
import type { Company, Sandbox } from "../src/index.ts";
import { judge } from "./conformance/judge.ts";

export interface Answer {
  status: number;
  type: string;
  headers: Headers;
  text: string;
  json: AnswerBody;
}

/** What tests read from JSON answers. Which of it is there depends on the endpoint. */
export interface AnswerBody {
  referenceNumber: string;
  challenge: string;
  timestampMs: number;
  status: { code: number; description: string; details?: string[]; extensions?: Record<string, string> };
  authenticationToken: TokenBody;
  accessToken: TokenBody;
  refreshToken: TokenBody;
  isTokenRedeemed: boolean;
  continuationToken: string | null;
  sessions: { referenceNumber: string }[];
  invoices: InvoiceBody[];
  upo: { pages: { referenceNumber: string; downloadUrl: string }[] };
  ksefNumber: string;
  invoicingMode: string;
  acquisitionDate: string;
  exception: { exceptionDetailList: { exceptionCode: number; exceptionDescription: string }[] };
}

export interface TokenBody {
  token: string;
  validUntil: string;
}

export interface InvoiceBody {
  ordinalNumber: number;
  referenceNumber: string;
  ksefNumber: string;
  upoDownloadUrl: string;
  invoiceNumber?: string;
  invoiceFileName?: string;
  invoicingMode?: string;
  status: AnswerBody["status"];
}

export interface PublishedKey {
  usage: string[];
  certificate: string;
  publicKeyId: string;
}

export interface OpenSession {
  reference: string;
  key: Buffer;
  iv: Buffer;
}

/** The smallest KSeF client: just enough to tell the sandbox right and wrong things without a socket. */
export interface Client {
  /** The access token it uses. */
  token: string;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  open(encryption?: Record<string, unknown>): Promise<OpenSession>;
  /** The body of a send request, to be changed at will. */
  sendRequest(session: OpenSession, xml: string | Uint8Array): Record<string, unknown>;
  /** Sends and gives the reference number of the invoice. */
  send(session: OpenSession, xml: string | Uint8Array, change?: Record<string, unknown>): Promise<string>;
  invoice(session: OpenSession, reference: string): Promise<Answer>;
  close(session: OpenSession): Promise<Answer>;
}

/** Logs the company in with its KSeF token. */
export async function login(sandbox: Sandbox, company: Company): Promise<Client> {
  const { authenticationToken } = (await requestTokenLogin(sandbox, company)).json;
  const redeemed = await call(
    sandbox,
    "POST",
    "/auth/token/redeem",
    undefined,
    bearer(authenticationToken.token),
  );
  return clientWith(sandbox, redeemed.json.accessToken.token);
}

export function clientWith(sandbox: Sandbox, accessToken: string): Client {
  const client: Client = {
    token: accessToken,
    call: (method, path, body, headers) =>
      call(sandbox, method, path, body, { ...bearer(accessToken), ...headers }),
    async open(encryption) {
      const [key, iv] = [randomBytes(32), randomBytes(16)];
      const encryptedSymmetricKey = await encrypt(sandbox, "SymmetricKeyEncryption", key);
      const answer = await client.call("POST", "/sessions/online", {
        formCode: { systemCode: "FA (3)", schemaVersion: "1-0E", value: "FA" },
        encryption: { encryptedSymmetricKey, initializationVector: iv.toString("base64"), ...encryption },
      });
      return { reference: answer.json.referenceNumber, key, iv };
    },
    sendRequest({ key, iv }, xml) {
      const plain = Buffer.from(xml);
      const cipher = createCipheriv("aes-256-cbc", key, iv);
      const content = Buffer.concat([cipher.update(plain), cipher.final()]);
      return {
        invoiceHash: sha256(plain),
        invoiceSize: plain.length,
        encryptedInvoiceHash: sha256(content),
        encryptedInvoiceSize: content.length,
        encryptedInvoiceContent: content.toString("base64"),
      };
    },
    async send(session, xml, change) {
      const body = { ...client.sendRequest(session, xml), ...change };
      const answer = await client.call("POST", `/sessions/online/${session.reference}/invoices`, body);
      if (answer.status !== 202) throw new Error(`not taken: ${answer.text}`);
      return answer.json.referenceNumber;
    },
    invoice: (session, reference) =>
      client.call("GET", `/sessions/${session.reference}/invoices/${reference}`),
    close: (session) => client.call("POST", `/sessions/online/${session.reference}/close`),
  };
  return client;
}

/** Starts a login by KSeF token; `change` replaces parts of the request. */
export async function requestTokenLogin(
  sandbox: Sandbox,
  { nip, ksefToken }: Pick<Company, "nip" | "ksefToken">,
  change: Record<string, unknown> = {},
): Promise<Answer> {
  const { challenge, timestampMs } = (await call(sandbox, "POST", "/auth/challenge")).json;
  const encryptedToken = await encrypt(
    sandbox,
    "KsefTokenEncryption",
    Buffer.from(`${ksefToken}|${timestampMs}`),
  );
  const contextIdentifier = { type: "Nip", value: nip };
  return call(sandbox, "POST", "/auth/ksef-token", {
    challenge,
    contextIdentifier,
    encryptedToken,
    ...change,
  });
}

export async function call(
  sandbox: Sandbox,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  judge(sandbox);
  const isXml = typeof body === "string";
  const response = await sandbox.app.request(`/v2${path}`, {
    method,
    headers: { "content-type": isXml ? "application/xml" : "application/json", ...headers },
    ...(body !== undefined && { body: isXml ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const type = response.headers.get("content-type") ?? "";
  return {
    status: response.status,
    type,
    headers: response.headers,
    text,
    json: JSON.parse(type.includes("json") ? text : "null"),
  };
}

export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

export const sha256 = (bytes: Uint8Array | string): string =>
  createHash("sha256").update(bytes).digest("base64");

/** Encrypts with the public key KSeF publishes for this usage. */
export async function encrypt(sandbox: Sandbox, usage: string, bytes: Buffer): Promise<string> {
  const keys = await publishedKeys(sandbox);
  const { certificate } = keys.find((key) => key.usage.includes(usage))!;
  const key = new X509Certificate(Buffer.from(certificate, "base64")).publicKey;
  return publicEncrypt(
    { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" },
    bytes,
  ).toString("base64");
}

export async function publishedKeys(sandbox: Sandbox): Promise<PublishedKey[]> {
  judge(sandbox);
  const response = await sandbox.app.request("/v2/security/public-key-certificates");
  return response.json() as Promise<PublishedKey[]>;
}

/** The exception code of a 400. */
export function exceptionCode({ status, json }: Answer): number {
  if (status !== 400) throw new Error(`${status} is not 400`);
  return json.exception.exceptionDetailList[0]!.exceptionCode;
}
