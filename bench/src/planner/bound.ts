import { batchLimits, productionRateLimits } from "@ksef-hub/core/ksef";
import { environment } from "./simulated-ksef.ts";
import { leastSpan } from "./windows.ts";

/**
 * The least time in which any client that keeps to the limits can know the KSeF numbers of a backlog of so many
 * invoices, in milliseconds. The client is warm (logged in, public keys at hand), its windows are empty, it has no
 * session open. It may send as many batches as it likes and the rest in online sessions, all at the same time.
 *
 * With `l` for the least time a request or an answer travels and `p` for the processing: an online invoice needs its
 * session opened (arrives at l, answered at 2l), is sent (arrives at 3l at the earliest, the last of n when the windows
 * let it), processed, and the number travels back. A batch is opened (l), uploaded (3l), closed when the upload was
 * answered (5l), processed, and the number travels back. Openings and closings share the windows of batchSession.
 * How numbers are asked for costs nothing here: a question may travel while KSeF still processes, and the collective
 * UPO tells those of 10,000 invoices at once. So the true least may be later, never sooner.
 */
export function leastBacklogMs(invoices: number): number {
  const { leastMs: l, processingMs: p } = environment;
  const most = Math.ceil(invoices / batchLimits.invoices);
  const mixes = Array.from({ length: most + 1 }, (_, batches) => {
    const rest = Math.max(0, invoices - batches * batchLimits.invoices);
    const online = rest === 0 ? 0 : 3 * l + leastSpan(productionRateLimits.invoiceSend, rest);
    const closed = Math.max(5 * l, l + leastSpan(productionRateLimits.batchSession, 2 * batches));
    return Math.max(online, batches === 0 ? 0 : closed) + p + l;
  });
  return Math.min(...mixes);
}

/** The same for a lone invoice that finds a session open and every window empty: sent, processed, told. */
export function leastLoneMs(): number {
  return 2 * environment.leastMs + environment.processingMs;
}

const seconds = (ms: number): string => String(ms / 1_000);
const { leastMs, mostMs, processingMs } = environment;
const setting = `network ${leastMs} to ${mostMs} ms each way, KSeF takes ${seconds(processingMs)} s for an invoice and for a batch, uploads take no longer than other requests, the processor no time`;

/** The bounds in words, for the figures. */
export const boundTexts = {
  backlog:
    `warm, no session open; the best mix of batches of ${batchLimits.invoices} (opening, upload, closing, 20 openings and ` +
    `closings a minute) and online sending (30 a minute, 180 an hour), least travel times, asking for numbers free; ${setting}`,
  lone: `a lone invoice in an open session with empty windows; ${setting}`,
};
