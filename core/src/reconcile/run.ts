import type { Engine } from "../engine.ts";
import type { Access, KsefClient, SessionInvoice } from "../ksef/client.ts";
import type { Submission } from "../submission.ts";

/** What came of an invoice. Each is told of as it is found, for there may be very many. */
export interface Finding {
  /**
   * recovered   it has its KSeF number again
   * processing  KSeF has it and has no verdict yet: the hub follows it
   * refused     KSeF had refused it, and now the hub knows
   * failed      the step did not succeed: `code` says why, and the hub tries again
   * busy        somebody else has it in hand
   * unknown     KSeF has it and the hub does not; with an `id`, the hub holds it for rejected
   * missing     the hub holds it for accepted in this session, and KSeF's session does not have it
   */
  what: "recovered" | "processing" | "refused" | "failed" | "busy" | "unknown" | "missing";
  /** KSeF's reference of the session. */
  session: string;
  /** The submission's. */
  id?: string;
  /** Of the invoice. */
  number?: string;
  ksefNumber?: string;
  /** When KSeF gave the number or else took the invoice, as it says (ISO 8601). */
  at?: string;
  code?: string;
}

/** One reconciliation under way, as its steps share it. */
export interface Run {
  engine: Engine;
  tenant: string;
  /** Sessions begun between these instants, both inclusive, in milliseconds since 1970. */
  from: number;
  to: number;
  dryRun: boolean;
  alone: boolean;
  signal: AbortSignal | undefined;
  /** A call to KSeF that only reads; waits for its turn. */
  read<T>(work: (client: KsefClient, access: Access) => Promise<T>): Promise<T>;
  found(finding: Finding): void;
}

/** An invoice of a session as KSeF lists it. */
export interface Seen {
  session: string;
  invoice: SessionInvoice;
  /** A submission on the ledger is the same document. */
  matched: boolean;
  /** The submission the ledger holds for rejected, though it is the same document. */
  rejected?: string;
}

/** All submissions of the company, a page at a time, the newest first. */
export async function* ledgerPages({ engine, tenant }: Run): AsyncGenerator<Submission[]> {
  for (let after: string | undefined; ;) {
    const page = await engine.submissions.list(tenant, 1_000, after);
    yield page.submissions;
    if (page.next === undefined) return;
    after = page.next;
  }
}
