import { HubError, type Clock, type Ref } from "@ksef-hub/core";
import type { HubSpotClient } from "./client.ts";
import { textOf } from "./types.ts";

/**
 * Finds the invoices that changed, the longest unchanged first. The cursor is the last change seen, in milliseconds.
 *
 * HubSpot's pages are places in a list that moves: who is changed meanwhile goes to its end, and the one behind it would
 * be left out. So each page begins at the last change seen, which also keeps within the 10,000 results of a search; only
 * where a whole page changed in one millisecond it goes on by `after`.
 */
export function invoicePoll(client: Pick<HubSpotClient, "changedInvoices">, clock: Clock) {
  /** Since the last polls, by id: what the overlap brings again. */
  const known = new Map<string, number>();

  return async function* poll(cursor: string | undefined): AsyncGenerator<{ refs: Ref[]; cursor: string }> {
    const begin = cursor === undefined ? clock.now() : Number(cursor);
    if (!Number.isSafeInteger(begin))
      throw new HubError("hub.internal", `"${cursor}" is no cursor of HubSpot.`);
    let reached = begin;
    let from = begin - overlapMs;
    for (let after: string | undefined; ;) {
      const page = await client.changedInvoices(from, after);
      const changes = page.results.map(({ id, properties }) => ({
        id,
        at: instantOf(textOf({ id, properties }, "hs_lastmodifieddate")),
      }));
      const last = changes.at(-1)?.at ?? from;
      reached = Math.max(reached, last);
      const news = changes.filter(({ id, at }) => known.get(id) !== at);
      yield { refs: news.map(({ id }) => ({ type: "invoice", id })), cursor: String(reached) };
      // Asked for more, so these are on the ledger.
      for (const { id, at } of news) known.set(id, at);
      const next = page.paging?.next?.after;
      if (next === undefined) break;
      after = last > from ? undefined : next;
      from = last;
      if (after !== undefined && Number(after) >= mostResults)
        throw new HubError(
          "vendor.protocol",
          "HubSpot has more than 10,000 invoices changed in one millisecond.",
        );
    }
    for (const [id, at] of known) if (at < reached - overlapMs) known.delete(id);
  };
}

/** The index of the search lags behind what is saved. */
const overlapMs = 300_000;
const mostResults = 10_000;

function instantOf(text = ""): number {
  const at = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(at)) throw new HubError("vendor.protocol", "HubSpot gives no time of the last change.");
  return at;
}
