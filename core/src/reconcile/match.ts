import { each, sideBySide } from "../dispatch/office.ts";
import type { SessionInvoice } from "../ksef/client.ts";
import { verdictOf } from "../ksef/status.ts";
import type { Submission } from "../submission.ts";
import { recover } from "./recover.ts";
import { ledgerPages, type Finding, type Run, type Seen } from "./run.ts";

/** Some sessions and the invoices in them, by SHA-256 (Base64). */
export class Heap {
  readonly sessions: Set<string> = new Set();
  readonly #byHash = new Map<string, Seen>();

  get size(): number {
    return this.#byHash.size;
  }

  /** Of a document that was sent more than once, what says most counts: that KSeF has accepted it. */
  add(session: string, invoices: readonly SessionInvoice[]): void {
    this.sessions.add(session);
    for (const invoice of invoices) {
      const known = this.#byHash.get(invoice.invoiceHash);
      if (known === undefined || rank(invoice) < rank(known.invoice))
        this.#byHash.set(invoice.invoiceHash, { session, invoice, matched: false });
    }
  }

  get(sha256: string): Seen | undefined {
    return this.#byHash.get(sha256);
  }

  all(): Iterable<Seen> {
    return this.#byHash.values();
  }
}

/**
 * Compares sessions with the ledger, in one pass over it. The sessions were read first: whatever of the hub's is in them
 * stood on the ledger before it was sent.
 */
export async function match(run: Run, heap: Heap): Promise<void> {
  for await (const page of ledgerPages(run))
    await each(page, sideBySide, (submission) => matchOne(run, heap, submission));
  for (const seen of heap.all())
    if (!seen.matched && rank(seen.invoice) < 2)
      run.found({ what: "unknown", ...described(seen), ...(seen.rejected && { id: seen.rejected }) });
}

async function matchOne(run: Run, heap: Heap, submission: Submission): Promise<void> {
  const { id, ksef, session, document, invoice, state } = submission;
  const seen = heap.get(document.sha256);
  if (ksef !== undefined) {
    const there = seen?.invoice.ksefNumber === ksef.number;
    if (seen !== undefined && (there || rank(seen.invoice) === 2)) seen.matched = true;
    const reference = session?.reference;
    if (!there && reference !== undefined && heap.sessions.has(reference))
      run.found({
        what: "missing",
        session: reference,
        id,
        number: invoice.number,
        ksefNumber: ksef.number,
        ...(ksef.acceptedAt === undefined ? {} : { at: ksef.acceptedAt }),
      });
    return;
  }
  if (seen === undefined) return;
  if (state === "rejected") {
    seen.rejected = id;
    return;
  }
  seen.matched = true;
  const recovery = await recover(run, submission, seen);
  if (recovery !== undefined && recovery.what !== "known") run.found({ ...described(seen), id, ...recovery });
}

/** What a status says of a document: 0 that KSeF has accepted it, 1 that it may, 2 that this copy came to nothing. */
function rank({ status }: SessionInvoice): 0 | 1 | 2 {
  const { verdict } = verdictOf(status.code);
  if (verdict === "accepted") return 0;
  return verdict === "wait" ? 1 : 2;
}

function described({ session, invoice }: Seen): Omit<Finding, "what"> {
  const { invoiceNumber: number, ksefNumber } = invoice;
  const at = invoice.acquisitionDate ?? invoice.invoicingDate;
  return {
    session,
    ...(number ? { number } : {}),
    ...(ksefNumber ? { ksefNumber } : {}),
    ...(at ? { at } : {}),
  };
}
