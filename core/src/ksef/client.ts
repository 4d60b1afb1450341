import * as z from "zod";
import { HubError } from "../error.ts";
import { Secret } from "../secret.ts";
import type { Form } from "../fa3/forms.ts";
import { batchClient } from "./batch/client.ts";
import { certificatesClient } from "./certificates/client.ts";
import { call, type Answer, type Call, type Endpoint } from "./http.ts";

/**
 * KSeF API 2.x as far as the hub uses it: one method per endpoint, requests and answers spelled as published.
 * It holds no token and no policy. Fields it does not know are ignored. Source: the OpenAPI document of KSeF.
 */
export type KsefClient = ReturnType<typeof ksefClient>;

export interface Access {
  token: Secret;
  signal?: AbortSignal | undefined;
}

export interface OpenOnline {
  formCode: Form;
  encryption: { encryptedSymmetricKey: string; initializationVector: string; publicKeyId: string };
}

export interface SendInvoice {
  invoiceHash: string;
  invoiceSize: number;
  encryptedInvoiceHash: string;
  encryptedInvoiceSize: number;
  encryptedInvoiceContent: string;
  offlineMode: boolean;
  /** Of a technical correction: the SHA-256 of the document KSeF refused, in Base64. */
  hashOfCorrectedInvoice?: string;
}

export interface TokenLogin {
  challenge: string;
  contextIdentifier: { type: "Nip"; value: string };
  encryptedToken: string;
  publicKeyId: string;
}

export type PublicKey = z.output<typeof publicKey>;
export type SessionInvoice = z.output<typeof sessionInvoice>;
export type ListedSession = z.output<typeof listedSession>;

/** Dates in ISO 8601, both inclusive. */
export interface SessionsQuery {
  sessionType: "Online" | "Batch";
  dateCreatedFrom: string;
  dateCreatedTo: string;
}

const instant = z.string();
const token = z.object({ token: z.string().transform((value) => new Secret(value)), validUntil: instant });
const status = z.object({
  code: z.number(),
  description: z.string(),
  details: z.array(z.string()).nullish(),
});
const publicKey = z.object({
  certificate: z.string(),
  publicKeyId: z.string(),
  validFrom: instant,
  validTo: instant,
  usage: z.array(z.string()),
});
const challenge = z.object({ challenge: z.string(), timestampMs: z.number() });
const started = z.object({ referenceNumber: z.string(), authenticationToken: token });
const authStatus = z.object({ status });
const pair = z.object({ accessToken: token, refreshToken: token });
const refreshed = z.object({ accessToken: token });
const opened = z.object({ referenceNumber: z.string(), validUntil: instant });
const sent = z.object({ referenceNumber: z.string() });
const sessionInvoice = z.object({
  referenceNumber: z.string(),
  invoiceHash: z.string(),
  invoiceNumber: z.string().nullish(),
  invoicingDate: instant.nullish(),
  /** Of a batch: the name in the package. */
  invoiceFileName: z.string().nullish(),
  ksefNumber: z.string().nullish(),
  acquisitionDate: instant.nullish(),
  permanentStorageDate: instant.nullish(),
  upoDownloadUrl: z.string().nullish(),
  status: status.extend({ extensions: z.record(z.string(), z.string().nullable()).nullish() }),
});
const sessionInvoices = z.object({
  continuationToken: z.string().nullish(),
  invoices: z.array(sessionInvoice),
});
const listedSession = z.object({
  referenceNumber: z.string(),
  status,
  dateCreated: instant,
  totalInvoiceCount: z.number(),
  successfulInvoiceCount: z.number(),
});
const listedSessions = z.object({
  continuationToken: z.string().nullish(),
  sessions: z.array(listedSession),
});

export function ksefClient(endpoint: Endpoint) {
  const json = async <T>(schema: z.ZodType<T>, request: Call): Promise<T> => {
    const { bytes } = await call(endpoint, request);
    return read(schema, bytes, request);
  };
  return {
    publicKeyCertificates: (signal?: AbortSignal) =>
      json(z.array(publicKey), { path: "/security/public-key-certificates", signal }),
    challenge: (signal?: AbortSignal) => json(challenge, { method: "POST", path: "/auth/challenge", signal }),
    authXades: (xml: string, signal?: AbortSignal) =>
      json(started, { method: "POST", path: "/auth/xades-signature", xml, signal }),
    authToken: (body: TokenLogin, signal?: AbortSignal) =>
      json(started, { method: "POST", path: "/auth/ksef-token", json: body, signal }),
    authStatus: (reference: string, access: Access) =>
      json(authStatus, { path: `/auth/${encodeURIComponent(reference)}`, ...access }),
    redeem: (access: Access) => json(pair, { method: "POST", path: "/auth/token/redeem", ...access }),
    refresh: (access: Access) => json(refreshed, { method: "POST", path: "/auth/token/refresh", ...access }),

    openOnline: (body: OpenOnline, access: Access) =>
      json(opened, { method: "POST", path: "/sessions/online", json: body, ...access }),
    sendInvoice: (session: string, body: SendInvoice, access: Access) =>
      json(sent, { method: "POST", path: `${online(session)}/invoices`, json: body, ...access }),
    closeOnline: async (session: string, access: Access): Promise<void> => {
      await call(endpoint, { method: "POST", path: `${online(session)}/close`, ...access });
    },

    /** The newest first. Without the right to see all, only those the same credential has opened. */
    sessions: (query: SessionsQuery, continuationToken: string | undefined, access: Access) =>
      json(listedSessions, {
        path: `/sessions?${new URLSearchParams({ ...query, pageSize: "1000" }).toString()}`,
        headers: continuationToken === undefined ? {} : { "x-continuation-token": continuationToken },
        ...access,
      }),
    sessionInvoices: (session: string, continuationToken: string | undefined, access: Access) =>
      json(sessionInvoices, {
        path: `/sessions/${encodeURIComponent(session)}/invoices?pageSize=1000`,
        headers: continuationToken === undefined ? {} : { "x-continuation-token": continuationToken },
        ...access,
      }),
    /** Only those that were refused. */
    failedInvoices: (session: string, continuationToken: string | undefined, access: Access) =>
      json(sessionInvoices, {
        path: `/sessions/${encodeURIComponent(session)}/invoices/failed?pageSize=1000`,
        headers: continuationToken === undefined ? {} : { "x-continuation-token": continuationToken },
        ...access,
      }),
    sessionInvoice: (session: string, invoice: string, access: Access) =>
      json(sessionInvoice, {
        path: `/sessions/${encodeURIComponent(session)}/invoices/${encodeURIComponent(invoice)}`,
        ...access,
      }),
    /** The receipt of an invoice by its KSeF number. */
    receipt: (session: string, ksefNumber: string, access: Access): Promise<Answer> =>
      call(endpoint, {
        path: `/sessions/${encodeURIComponent(session)}/invoices/ksef/${encodeURIComponent(ksefNumber)}/upo`,
        ...access,
      }),
    /** The content of a pre-signed link: no token goes with it, and no limit counts it. */
    download: (url: string, signal?: AbortSignal): Promise<Answer> => call(endpoint, { path: url, signal }),
    /** An invoice KSeF holds, by its KSeF number. */
    invoice: (ksefNumber: string, access: Access): Promise<Answer> =>
      call(endpoint, { path: `/invoices/ksef/${encodeURIComponent(ksefNumber)}`, ...access }),

    ...batchClient(endpoint, json),
    certificates: certificatesClient(endpoint, json),
  };
}

const online = (session: string): string => `/sessions/online/${encodeURIComponent(session)}`;

function read<T>(schema: z.ZodType<T>, bytes: Uint8Array, { method = "GET", path }: Call): T {
  try {
    return schema.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
  } catch (cause) {
    throw new HubError(
      "ksef.protocol",
      `${method} ${path} was answered with something else than its schema.`,
      {
        cause,
      },
    );
  }
}
