import type { Engine } from "../engine.ts";
import { HubError, toHubError, type ErrorCode } from "../error.ts";
import type { SessionInvoice } from "../ksef/client.ts";
import { Heap, match } from "./match.ts";
import { patiently } from "./patience.ts";
import type { Finding, Run } from "./run.ts";
import { sessionsToRead } from "./sessions.ts";

export interface ReconcileOptions {
  /** Sessions begun between these instants, both inclusive, in milliseconds since 1970; default: until now. */
  from: number;
  to?: number | undefined;
  /** Only says what would be recovered. */
  dryRun?: boolean;
  /** No worker is on this ledger: what a dead one held is free. Else what `wakeAt` says is in hand is left alone. */
  alone?: boolean;
  /** The longest one call waits for its turn, in milliseconds; default: two hours, longer than any window of KSeF. */
  patienceMs?: number;
  signal?: AbortSignal;
  onProgress?: (progress: ReconcileProgress) => void;
  onFinding?: (finding: Finding) => void;
}

/** `sessions` of `of` are read; with `waitMs`, KSeF is asked again after so many milliseconds, because of `code`. */
export interface ReconcileProgress {
  sessions: number;
  of?: number;
  waitMs?: number;
  code?: ErrorCode;
}

export interface Reconciled {
  /** Sessions read, and those that were not, as the ledger is through with every invoice in them. */
  sessions: number;
  skipped: number;
  /** Invoices in the sessions read. */
  invoices: number;
  findings: Record<Finding["what"], number>;
  /** Present when it ended early: `from` of the next run, why, and when that is worth while. */
  next?: number;
  stoppedBy?: ErrorCode | "signal";
  retryAfterMs?: number;
}

/**
 * Compares KSeF's own list of a company's sessions with the ledger, the eldest first, as after a backup was restored. What
 * KSeF has of the hub's is recovered without sending anything; what only one side knows is told. May be run again at any
 * time. Throws `hub.config`, and what KSeF answers unless it is a matter of waiting.
 */
export async function reconcile(
  engine: Engine,
  tenant: string,
  options: ReconcileOptions,
): Promise<Reconciled> {
  const { from, to = engine.clock.now(), dryRun = false, alone = false, signal } = options;
  const { patienceMs = longestWindowMs, onProgress, onFinding } = options;
  const ksef = await engine.ksef(tenant);
  const findings = { ...nothing };
  const result: Reconciled = { sessions: 0, skipped: 0, invoices: 0, findings };
  let of: number | undefined;
  const progress = (more: Pick<ReconcileProgress, "waitMs" | "code"> = {}): void =>
    onProgress?.({ sessions: result.sessions, ...(of === undefined ? {} : { of }), ...more });
  const onWait = (waitMs: number, code: ErrorCode): void => progress({ waitMs, code });
  const run: Run = {
    engine,
    tenant,
    from,
    to,
    dryRun,
    alone,
    signal,
    read: (work) =>
      patiently({ clock: engine.clock, patienceMs, signal, onWait }, () =>
        ksef.use((access) => work(ksef.client, access), signal),
      ),
    found: (finding) => {
      findings[finding.what] += 1;
      onFinding?.(finding);
    },
  };

  let heap = new Heap();
  let next = from;
  try {
    const { sessions, skipped } = await sessionsToRead(run);
    result.skipped = skipped;
    of = sessions.length;
    progress();
    for (const { reference, at } of sessions) {
      next = at;
      if (signal?.aborted === true) break;
      const invoices = await invoicesOf(run, reference);
      heap.add(reference, invoices);
      result.sessions += 1;
      result.invoices += invoices.length;
      if (heap.size >= largestHeap) {
        await match(run, heap);
        heap = new Heap();
      }
      progress();
    }
  } catch (thrown) {
    const error = toHubError(thrown);
    if (!error.outage) throw thrown;
    Object.assign(result, stopped(error, next));
  }
  if (signal?.aborted === true && result.sessions !== of)
    Object.assign(result, { next, stoppedBy: "signal" });
  if (heap.sessions.size > 0) await match(run, heap);
  return result;
}

/** All a session has; nothing when KSeF knows no such session. */
async function invoicesOf(run: Run, reference: string): Promise<SessionInvoice[]> {
  const invoices: SessionInvoice[] = [];
  try {
    for (let next: string | undefined; ;) {
      const page = await run.read((client, access) => client.sessionInvoices(reference, next, access));
      invoices.push(...page.invoices);
      if (!page.continuationToken) return invoices;
      next = page.continuationToken;
    }
  } catch (thrown) {
    if (thrown instanceof HubError && thrown.code === "ksef.session-unknown") return [];
    throw thrown;
  }
}

function stopped({ code, retryAfterMs }: HubError, next: number): Partial<Reconciled> {
  return { next, stoppedBy: code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

const nothing = { recovered: 0, processing: 0, refused: 0, failed: 0, busy: 0, unknown: 0, missing: 0 };
const longestWindowMs = 2 * 3_600_000;
/** Invoices held in memory at a time, or those of one session where it has more: each time the ledger is read once. */
const largestHeap = 10_000;
