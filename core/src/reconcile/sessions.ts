import type { ListedSession } from "../ksef/client.ts";
import { ledgerPages, type Run } from "./run.ts";

export interface SessionToRead {
  reference: string;
  /** When it was begun, in milliseconds since 1970. */
  at: number;
}

/**
 * The sessions of both kinds begun in the period, the eldest first, but for those the ledger is through with; and those
 * the ledger knows and KSeF does not list, for a credential may see only the sessions it has opened itself.
 */
export async function sessionsToRead(run: Run): Promise<{ sessions: SessionToRead[]; skipped: number }> {
  const finished = await finishedOnLedger(run);
  const listed = new Set<string>();
  const sessions: SessionToRead[] = [];
  let skipped = 0;
  for await (const session of listedSessions(run)) {
    const { referenceNumber: reference } = session;
    const at = Date.parse(session.dateCreated);
    if (at < run.from || at > run.to || listed.has(reference)) {
      listed.add(reference);
      continue;
    }
    listed.add(reference);
    if (isFinished(session, finished.get(reference))) skipped += 1;
    else sessions.push({ reference, at });
  }
  for (const reference of finished.keys()) {
    const day = dayOf(reference);
    if (!listed.has(reference) && day < run.to && day + dayMs > run.from)
      sessions.push({ reference, at: Math.min(day + dayMs, run.to) });
  }
  return { sessions: sessions.toSorted((a, b) => a.at - b.at), skipped };
}

interface Finished {
  accepted: number;
  rejected: number;
}

/** How many invoices of each session the ledger is through with. One pass, a few numbers for each session. */
async function finishedOnLedger(run: Run): Promise<Map<string, Finished>> {
  const bySession = new Map<string, Finished>();
  for await (const page of ledgerPages(run))
    for (const { session, ksef, state } of page) {
      if (session?.reference === undefined || (ksef === undefined && state !== "rejected")) continue;
      const { accepted, rejected } = bySession.get(session.reference) ?? { accepted: 0, rejected: 0 };
      const more =
        ksef === undefined ? { accepted, rejected: rejected + 1 } : { accepted: accepted + 1, rejected };
      bySession.set(session.reference, more);
    }
  return bySession;
}

/** A day more at either end: the day in a reference is not said to be of any time zone. */
async function* listedSessions(run: Run): AsyncGenerator<ListedSession> {
  const until = Math.min(run.to + dayMs, Math.max(run.to, run.engine.clock.now()));
  const dates = { dateCreatedFrom: iso(run.from - dayMs), dateCreatedTo: iso(until) };
  for (const sessionType of ["Online", "Batch"] as const)
    for (let next: string | undefined; ;) {
      const page = await run.read((client, access) =>
        client.sessions({ sessionType, ...dates }, next, access),
      );
      yield* page.sessions;
      if (!page.continuationToken) break;
      next = page.continuationToken;
    }
}

/** Nobody but the hub has the key of its sessions: where the numbers agree, they are the same invoices. */
function isFinished(session: ListedSession, { accepted, rejected }: Finished = { accepted: 0, rejected: 0 }) {
  const { status, totalInvoiceCount, successfulInvoiceCount } = session;
  return (
    status.code >= 200 && successfulInvoiceCount === accepted && totalInvoiceCount === accepted + rejected
  );
}

/** A reference begins with its day. */
function dayOf(reference: string): number {
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)-/.exec(reference) ?? [];
  return Date.parse(`${year}-${month}-${day}T00:00:00Z`);
}

const iso = (at: number): string => new Date(at).toISOString();
const dayMs = 86_400_000;
