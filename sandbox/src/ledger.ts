import type { RequestRecord } from "./app.ts";
import type { State } from "./state.ts";

export interface LedgerEntry {
  ksefNumber: string;
  sellerNip: string;
  number: string;
  /** SHA-256 of the document in Base64, as everywhere in the API. */
  sha256: string;
  /** How often this document was posted. */
  posts: number;
  sessionReferenceNumber: string;
}

/** What really happened, for tests: it sees verdicts before the clock shows them to clients. */
export interface Ledger {
  /** Every invoice that got a KSeF number, in the order they came. */
  accepted(): LedgerEntry[];
  /** How often a document with this SHA-256 (Base64) was posted to a session of its context. */
  posts(sha256: string): number;
  /** The last 10,000 requests answered since the start, oldest first. */
  requests(): RequestRecord[];
}

const maxRequests = 10_000;

export function openLedger(state: State): { ledger: Ledger; seen: (request: RequestRecord) => void } {
  const requests: RequestRecord[] = [];
  const posts = (sha256: string): number => state.posts.get(sha256) ?? 0;
  const ledger: Ledger = {
    posts,
    requests: () => [...requests],
    accepted: () =>
      state.invoices.values().flatMap(({ accepted, sha256, sessionReferenceNumber }) => {
        if (accepted === undefined) return [];
        const { ksefNumber, sellerNip, number } = accepted;
        return [{ ksefNumber, sellerNip, number, sha256, posts: posts(sha256), sessionReferenceNumber }];
      }),
  };
  const seen = (request: RequestRecord): void => {
    requests.push(request);
    if (requests.length > maxRequests) requests.shift();
  };
  return { ledger, seen };
}
