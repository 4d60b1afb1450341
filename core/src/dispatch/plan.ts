import type { RateLimits, RateLimitsByGroup } from "../ksef/limits/rate-limits.ts";
import { earliest, withRequest, type RateWindow } from "../ksef/limits/window.ts";

/** An invoice that is ready to be sent. `size` in bytes, `sha256` in Base64. */
export interface Waiting {
  id: string;
  urgent: boolean;
  offline: boolean;
  /** A technical correction goes online only, an invoice with an attachment in a batch only. */
  only?: "online" | "batch";
  /** Goes with no more than so many others that may not either: their batches were refused as a whole. */
  atMost?: number;
  size: number;
  sha256: string;
}

type Group = "onlineSession" | "invoiceSend" | "batchSession";

export interface Situation {
  now: number;
  /** The urgent ones first, then by how long they have waited. */
  ready: readonly Waiting[];
  limits: Pick<RateLimitsByGroup, Group>;
  windows: Record<Group, RateWindow>;
  /** An online session is open. */
  open: boolean;
  /** Batches that have not been closed yet: each will need a request for it. */
  unclosed: number;
  /** No batch may be begun now: enough are on their way. */
  packing: boolean;
  /** What a batch may hold; the size is that of its documents. */
  largest: { invoices: number; size: number };
}

export interface Plan {
  /** To be sent now in the online session, which is opened if there is none. */
  send: Waiting[];
  /** To be sent now as one batch. */
  batch: Waiting[];
  /** When there will be more to do; absent when nothing has to wait. */
  wakeAt?: number;
}

/**
 * The fastest way for what is ready, within KSeF's limits: online if the last of them would go out that way before a
 * batch of all could be through, a batch otherwise. Whatever comes while a batch has to wait goes into it (natural
 * batching), so the more there is the larger the batches, and the limits are never run into.
 */
export function plan(situation: Situation): Plan {
  const { now, ready } = situation;
  const online = ready.filter(({ only }) => only !== "batch");
  const slots = sendSlots(situation);
  const sendAt = new Map(online.map((waiting) => [waiting.id, slots(waiting.urgent)]));
  const batchAt = batchSlot(situation, ready);
  const through = batchAt + batchOverheadMs;
  const latest = Math.max(now, ...sendAt.values());
  const goesOnline = ({ id, only, atMost, urgent }: Waiting): boolean => {
    if (only !== undefined) return only === "online";
    // Alone, and KSeF says what is wrong with it.
    if (atMost === 1) return true;
    // An urgent one takes whichever is the sooner for itself alone.
    return urgent ? (sendAt.get(id) ?? Infinity) <= through : latest <= through;
  };

  const byOnline = online.filter(goesOnline);
  const byBatch = ready.filter((waiting) => !goesOnline(waiting));
  const isNow = ({ id }: Waiting): boolean => (sendAt.get(id) ?? Infinity) <= now;
  const send = byOnline.filter(isNow);
  const batch = batchAt <= now && !situation.packing ? firstBatch(byBatch, situation.largest) : [];
  const later = [
    ...byOnline.filter((waiting) => !isNow(waiting)).map(({ id }) => sendAt.get(id) ?? Infinity),
    ...(byBatch.length > batch.length && !situation.packing ? [Math.max(now, batchAt)] : []),
  ];
  const wakeAt = Math.min(...later);
  return { send, batch, ...(wakeAt === Infinity ? {} : { wakeAt }) };
}

/** What a batch takes longer than an invoice that is sent online: packing, three more calls, and KSeF unpacking it. */
const batchOverheadMs = 1_000;
/** Invoices that are posted at the same time; that many a second, whatever KSeF allows: a batch costs less for each. */
export const parallelSends = 10;
/** This much of the online windows is kept for urgent invoices. */
const keptForUrgent = 0.2;

/** When each further invoice could be posted, in the order they are asked for. */
function sendSlots({ now, limits, windows, open }: Situation): (urgent: boolean) => number {
  const from = open ? now : earliest(windows.onlineSession, limits.onlineSession, now);
  const normal = lessUrgent(limits.invoiceSend);
  let window = windows.invoiceSend;
  let asked = 0;
  return (urgent) => {
    const busy = from + Math.floor(asked++ / parallelSends) * 1_000;
    // Far beyond what a plan looks at; counting on would only take time.
    if (asked > mostSlots) return Infinity;
    const at = Math.max(busy, earliest(window, urgent ? limits.invoiceSend : normal, from));
    window = withRequest(window, at);
    return at;
  };
}

const mostSlots = 200;

const lessUrgent = ({ perSecond, perMinute, perHour }: RateLimits): RateLimits => ({
  perSecond,
  perMinute: Math.ceil(perMinute * (1 - keptForUrgent)),
  perHour: Math.ceil(perHour * (1 - keptForUrgent)),
});

/** When the next batch may be begun: two more requests must fit in, and those for the batches that are still open. */
function batchSlot(
  { now, limits: { batchSession: limits }, windows, unclosed, largest }: Situation,
  ready: readonly Waiting[],
): number {
  let window = windows.batchSession;
  const at = earliest(window, limits, now);
  for (let needed = 0; needed <= unclosed; needed++)
    window = withRequest(window, earliest(window, limits, at));
  // The window for its close has to be near as well, or an opened batch would stand about.
  const closedAt = earliest(window, limits, at);
  const slot = closedAt <= at + closeSoonMs ? at : closedAt - closeSoonMs;
  if (ready.length >= largest.invoices) return slot;
  return Math.max(slot, pacedFrom(windows.batchSession, limits, now));
}

const closeSoonMs = 60_000;

/**
 * A batch that is not full gives way: a fifth of the hour's requests may be spent at once, the rest comes back evenly, and
 * the less of that fifth is left the longer until the next batch: at least 5 s, for a few more to come in, at most 150 s.
 * So the hour is never used up, and nobody waits for the rest of it.
 */
function pacedFrom({ requests }: RateWindow, { perHour }: RateLimits, now: number): number {
  const [atOnce, perMs] = [0.2 * perHour, (0.8 * perHour) / hour];
  let [left, last] = [atOnce, now - hour];
  for (const at of requests.filter((made) => made > now - hour)) {
    left = Math.min(atOnce, left + (at - last) * perMs) - 1;
    last = at;
  }
  if (last <= now - hour) return now;
  const steadyMs = requestsOfBatch / perMs;
  const shortOf = 1 - left / (atOnce / 2);
  return last + Math.max(steadyMs * shortOf, steadyMs / 30);
}

/** It is opened and closed. */
const requestsOfBatch = 2;

const hour = 3_600_000;

/** Those that fit in one batch with the one that waits longest: all offline or none, no document twice, refused ones apart. */
function firstBatch(waiting: readonly Waiting[], largest: Situation["largest"]): Waiting[] {
  const [first] = waiting;
  if (first === undefined) return [];
  const batch: Waiting[] = [];
  const hashes = new Set<string>();
  let size = 0;
  for (const next of waiting) {
    if (next.offline !== first.offline || next.atMost !== first.atMost || hashes.has(next.sha256)) continue;
    if (
      batch.length >= Math.min(largest.invoices, first.atMost ?? Infinity) ||
      (batch.length > 0 && size + next.size > largest.size)
    )
      break;
    hashes.add(next.sha256);
    size += next.size;
    batch.push(next);
  }
  return batch;
}
