import { randomBytes } from "node:crypto";
import type { Clock } from "@ksef-hub/core";
import type { Form } from "@ksef-hub/core/fa3";
import type { IssuedCertificate } from "./certificate.ts";
import { openKeys, type KsefKeys } from "./keys.ts";
import type { Status } from "./status.ts";
import { openStore, type Collection, type Store } from "./store.ts";

/** How long each status is shown, in milliseconds. Verdicts exist at once; the clock decides when they can be seen. */
export interface Processing {
  /** Invoice status 100. */
  acceptedMs: number;
  /** Invoice status 150, after that. */
  processingMs: number;
  /** From the KSeF number until the invoice can be downloaded by it (21165 meanwhile). */
  storageMs: number;
  /** Authentication status 100. */
  authenticationMs: number;
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

/** A login, from the request to the last refresh. */
export interface Operation {
  referenceNumber: string;
  nip: string;
  method: "Token" | "QualifiedSeal" | "QualifiedSignature";
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
  nip: string;
  proof: Proof;
  form: Form;
  /** AES-256 key in Base64; absent when what the client sent could not be decrypted. */
  key?: string;
  initializationVector: string;
  openedAt: number;
  validUntil: number;
  closedAt?: number;
  upoReferenceNumber: string;
}

export interface Invoice {
  referenceNumber: string;
  sessionReferenceNumber: string;
  /** Place in its session, from 1. */
  ordinal: number;
  /** SHA-256 in Base64, as the client declared it. */
  sha256: string;
  mode: "Online" | "Offline";
  postedAt: number;
  processingAt: number;
  finalAt: number;
  storedAt: number;
  verdict: Status;
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
  clock: Clock;
  processing: Processing;
  behaviour: Behaviour;
  store: Store;
  keys: KsefKeys;
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
  /** Accepted documents in Base64, by KSeF number. */
  documents: Collection<string>;
  /** Reference number of the accepted invoice, by KSeF number and by what makes an invoice unique. */
  byKsefNumber: Collection<string>;
  byIdentity: Collection<string>;
  /** How often a document was posted, by SHA-256 in Base64. */
  posts: Collection<number>;
}

export async function openState(options: {
  clock: Clock;
  processing: Processing;
  behaviour: Behaviour;
  folder: string | undefined;
  baseUrl: () => string;
}): Promise<State> {
  const store = openStore(options.folder);
  const invoices = store.collection<Invoice>("invoice");
  const bySession = Map.groupBy(invoices.values(), (invoice) => invoice.sessionReferenceNumber);
  const secrets = store.collection<string>("secret");
  return {
    clock: options.clock,
    processing: options.processing,
    behaviour: options.behaviour,
    store,
    keys: await openKeys(store.collection<IssuedCertificate>("key"), options.clock.now()),
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
    byKsefNumber: store.collection("ksef-number"),
    byIdentity: store.collection("identity"),
    posts: store.collection("post"),
  };
}

function secret(secrets: Collection<string>, name: string): string {
  const value = secrets.get(name) ?? randomBytes(32).toString("base64url");
  secrets.set(name, value);
  return value;
}
