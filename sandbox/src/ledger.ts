import type { RequestRecord } from "./app.ts";
import type { Invoice, State } from "./state.ts";
import type { Status } from "./status.ts";

export interface LedgerEntry {
  ksefNumber: string;
  sellerNip: string;
  number: string;
  /** SHA-256 of the document in Base64, as everywhere in the API. */
  sha256: string;
  mode: Invoice["mode"];
  /** How often this document was posted. */
  posts: number;
  sessionReferenceNumber: string;
  /** Every session it was taken in, whatever the verdict there. */
  sessions: string[];
}

/** An invoice that was posted, with its verdict. */
export interface PostedInvoice {
  referenceNumber: string;
  sessionReferenceNumber: string;
  /** NIP of the context. */
  nip: string;
  number?: string;
  sha256: string;
  postedAt: number;
  finalAt: number;
  verdict: Status;
  ksefNumber?: string;
}

/** A request with whose it was and how it counts against the limits. */
export interface LoggedRequest extends RequestRecord {
  at: number;
  /** Value of the context identifier; absent when the request had no access token. */
  context?: string;
  ip: string;
  /** As in the tables of limits; absent outside the API. */
  group?: string;
}

/** What really happened, for tests: it sees verdicts before the clock shows them to clients. */
export interface Ledger {
  /** Every invoice that got a KSeF number, in the order they came. */
  accepted(): LedgerEntry[];
  /** Every invoice that was posted, in the order they came. */
  invoices(): PostedInvoice[];
  /** How often a document with this SHA-256 (Base64) was posted to a session of its context. */
  posts(sha256: string): number;
  /** The last 10,000 requests since the start, oldest first. Status 0: no answer was given. */
  requests(): RequestRecord[];
  /** The same with all that is known of them. */
  log(): LoggedRequest[];
  /** Forgets the requests. */
  clear(): void;
}

const maxRequests = 10_000;

export function openLedger(state: State): { ledger: Ledger; seen: (request: LoggedRequest) => void } {
  let requests: LoggedRequest[] = [];
  const ledger: Ledger = {
    posts: (sha256) => state.posts.get(sha256) ?? 0,
    requests: () => requests.map(({ method, path, status }) => ({ method, path, status })),
    log: () => [...requests],
    clear() {
      requests = [];
    },
    accepted: () => accepted(state),
    invoices: () => state.invoices.values().map((invoice) => posted(state, invoice)),
  };
  const seen = (request: LoggedRequest): void => {
    requests.push(request);
    if (requests.length > maxRequests) requests.shift();
  };
  return { ledger, seen };
}

function accepted(state: State): LedgerEntry[] {
  const invoices = state.invoices.values();
  const bySha256 = Map.groupBy(invoices, ({ sha256 }) => sha256);
  return invoices.flatMap(({ accepted: entry, sha256, mode, sessionReferenceNumber }) => {
    if (entry === undefined) return [];
    const { ksefNumber, sellerNip, number } = entry;
    const sessions = new Set(bySha256.get(sha256)?.map((invoice) => invoice.sessionReferenceNumber));
    const posts = state.posts.get(sha256) ?? 0;
    return [
      { ksefNumber, sellerNip, number, sha256, mode, posts, sessionReferenceNumber, sessions: [...sessions] },
    ];
  });
}

function posted(state: State, invoice: Invoice): PostedInvoice {
  const { referenceNumber, sessionReferenceNumber, number, sha256, postedAt, finalAt, verdict } = invoice;
  return {
    referenceNumber,
    sessionReferenceNumber,
    nip: state.sessions.get(sessionReferenceNumber)?.nip ?? "",
    ...(number !== undefined && { number }),
    sha256,
    postedAt,
    finalAt,
    verdict,
    ...(invoice.accepted && { ksefNumber: invoice.accepted.ksefNumber }),
  };
}
