import { randomBytes } from "node:crypto";
import type { Form } from "@ksef-hub/core/fa3";
import type { SandboxClock } from "./faults/clock.ts";
import type { InvoiceContent } from "./invoices/content.ts";
import type { ReadingLimits } from "./invoices/limits.ts";
import { openReadable, type ReadableInvoices } from "./invoices/readable.ts";
import { openKeys, type KsefKeys } from "./keys.ts";
import type { RequestCounter } from "./limits/window.ts";
import { openSeal, type Seal } from "./signature/seal.ts";
import type { Status } from "./status.ts";
import { openStore, type Collection, type Store } from "./store.ts";

/** How long each status is shown, in milliseconds. Verdicts exist at once; the clock decides when they can be seen. */
export interface Processing {
  /** Invoice status 100; of a batch session, from its end until its invoices show. */
  acceptedMs: number;
  /** Invoice status 150, after that; of a batch session, until the last of its invoices is final. */
  processingMs: number;
  /** From the KSeF number until the invoice can be downloaded by it (21165 meanwhile). */
  storageMs: number;
  /** Authentication status 100. */
  authenticationMs: number;
  /** Status 100 of an export of invoices. */
  exportMs: number;
  /** Status 100 when permissions are granted or revoked, and `Pending` of a new KSeF token. */
  grantMs: number;
}

/** How the sandbox behaves where KSeF's environments differ. */
export interface Behaviour {
  /** `off` answers as fast as the machine can: for throughput. */
  limits: "production" | "off";
  /** Production also judges the check digit of NIP. */
  profile: "test" | "production";
  /** Decides everything that is left to chance in faults. */
  seed: string;
}

/** A company known to the sandbox, with what it needs to log in. */
export interface Company {
  nip: string;
  ksefToken: string;
  tokenReferenceNumber: string;
  certificatePem: string;
  privateKeyPem: string;
  ecCertificatePem: string;
  ecPrivateKeyPem: string;
}

/** What the UPO says of the login: the KSeF token used, or the SHA-256 of the signed request. */
export type Proof = { tokenReferenceNumber: string } | { documentSha256: string };

/** Who acts. A fingerprint is the SHA-256 of a certificate in upper-case hexadecimal. */
export interface SubjectIdentifier {
  type: "Nip" | "Pesel" | "Fingerprint" | "PeppolId";
  value: string;
}

/** On whose behalf. */
export interface ContextIdentifier {
  type: "Nip" | "InternalId" | "NipVatUe" | "PeppolId";
  value: string;
}

/** IPv4 addresses a login may be used from. */
export interface AllowedIps {
  addresses: string[];
  /** `10.0.0.1-10.0.0.254` */
  ranges: string[];
  /** `172.16.0.0/16` */
  masks: string[];
}

/** A login, from the request to the last refresh. */
export interface Operation {
  referenceNumber: string;
  context: ContextIdentifier;
  /** NIP of the context; that of the Polish company when the context is compound, empty for a Peppol provider. */
  nip: string;
  /** Absent when the login failed before it was known who it is. */
  subject?: SubjectIdentifier;
  allowedIps?: AllowedIps;
  method: "Token" | "QualifiedSeal" | "QualifiedSignature" | "InternalCertificate" | "PeppolSignature";
  startedAt: number;
  verdict: Status;
  proof: Proof;
  redeemedAt?: number;
  refreshedAt?: number;
  revokedAt?: number;
}

export interface Session {
  referenceNumber: string;
  /** Counts all sessions of the sandbox from 1. */
  sequence: number;
  context: ContextIdentifier;
  nip: string;
  /** Who opened it. */
  subject?: SubjectIdentifier;
  proof: Proof;
  form: Form;
  /** AES-256 key in Base64; absent when what the client sent could not be decrypted. */
  key?: string;
  initializationVector: string;
  openedAt: number;
  validUntil: number;
  closedAt?: number;
  /** One for each page of the collective UPO, and at least one. */
  upoReferenceNumbers: string[];
  /** Present in a batch session. */
  batch?: Batch;
}

/** The package of a batch session: what was declared when it was opened and, once it was closed, what became of it. */
export interface Batch {
  compression: "Zip" | "TarGz";
  /** Bytes of the whole package before it is encrypted, and their SHA-256 in Base64. */
  size: number;
  sha256: string;
  /** The encrypted parts in order; the first is number 1. */
  parts: { size: number; sha256: string }[];
  offlineMode: boolean;
  /** From when it shows what was in the package. */
  unpackedAt?: number;
  /** Why nothing of the package was taken. */
  fault?: Status;
}

export interface Invoice {
  referenceNumber: string;
  sessionReferenceNumber: string;
  /** Place in its session, from 1. */
  ordinal: number;
  /** SHA-256 in Base64; in an online session as the client declared it. */
  sha256: string;
  /** P_2, as far as the document could be read. */
  number?: string;
  /** Name inside the package of a batch session. */
  fileName?: string;
  mode: "Online" | "Offline";
  /** `invoicingDate`: when it was sent, or when its batch session was opened. */
  postedAt: number;
  processingAt: number;
  finalAt: number;
  storedAt: number;
  verdict: Status;
  /** SHA-256 in Base64 of the rejected invoice that this one, a technical correction, replaces. */
  correctedSha256?: string;
  accepted?: Accepted;
}

export interface Accepted {
  ksefNumber: string;
  sellerNip: string;
  kind: string;
  number: string;
  issueDate: string;
}

/** Everything the sandbox knows. Functions take it as their first argument; nothing else holds state. */
export interface State {
  clock: SandboxClock;
  processing: Processing;
  behaviour: Behaviour;
  store: Store;
  keys: KsefKeys;
  seal: Seal;
  /** Base URL of the API as clients see it, ending in `/v2`. */
  baseUrl(): string;
  /** Keys of the sandbox for tokens and download links. */
  secrets: { tokens: string; links: string };
  companies: Collection<Company>;
  /** When each open challenge was issued. */
  challenges: Collection<number>;
  operations: Collection<Operation>;
  sessions: Collection<Session>;
  invoices: Collection<Invoice>;
  /** Invoices of a session in the order they came: derived from `invoices`, and whoever adds there adds here. */
  invoicesOf(sessionReferenceNumber: string): Invoice[];
  /** Accepted documents in Base64 and what they say, by KSeF number. */
  documents: Collection<string>;
  contents: Collection<InvoiceContent>;
  /** Derived from `invoices` and `contents`. */
  readable: ReadableInvoices;
  readingLimits: ReadingLimits;
  /** Reference number of the accepted invoice, by KSeF number and by what makes an invoice unique. */
  byKsefNumber: Collection<string>;
  byIdentity: Collection<string>;
  /** How often a document was posted, by SHA-256 in Base64. */
  posts: Collection<number>;
  /** Requests of the last hour, by endpoint, address and context; in memory alone. */
  requestCounters: Map<string, RequestCounter>;
}

export async function openState(options: {
  clock: SandboxClock;
  processing: Processing;
  behaviour: Behaviour;
  readingLimits: ReadingLimits;
  folder: string | undefined;
  baseUrl: () => string;
}): Promise<State> {
  const store = openStore(options.folder);
  const invoices = store.collection<Invoice>("invoice");
  const bySession = Map.groupBy(invoices.values(), (invoice) => invoice.sessionReferenceNumber);
  const contents = store.collection<InvoiceContent>("invoice-content");
  const secrets = store.collection<string>("secret");
  const [keys, seal] = await Promise.all([
    openKeys(store.collection("ksef-key"), options.clock),
    openSeal(store.collection("seal"), options.clock.now()),
  ]);
  return {
    clock: options.clock,
    processing: options.processing,
    behaviour: options.behaviour,
    store,
    keys,
    seal,
    baseUrl: options.baseUrl,
    secrets: { tokens: secret(secrets, "tokens"), links: secret(secrets, "links") },
    companies: store.collection("company"),
    challenges: store.collection("challenge"),
    operations: store.collection("operation"),
    sessions: store.collection("session"),
    invoices,
    invoicesOf(session) {
      const known = bySession.get(session) ?? [];
      bySession.set(session, known);
      return known;
    },
    documents: store.collection("document"),
    contents,
    readable: openReadable(invoices, contents),
    readingLimits: options.readingLimits,
    byKsefNumber: store.collection("ksef-number"),
    byIdentity: store.collection("identity"),
    posts: store.collection("post"),
    requestCounters: new Map(),
  };
}

function secret(secrets: Collection<string>, name: string): string {
  const value = secrets.get(name) ?? randomBytes(32).toString("base64url");
  secrets.set(name, value);
  return value;
}
