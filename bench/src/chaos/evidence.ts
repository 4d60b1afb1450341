import { setTimeout as pause } from "node:timers/promises";
import type { LedgerEntry, PostedInvoice } from "@ksef-hub/sandbox";
import type { Posted } from "./caller.ts";
import type { Tenant } from "./companies.ts";
import type { HubProcess } from "./hub-process.ts";

/** A submission as the API of the hub shows it. */
export interface View {
  id: string;
  state: string;
  invoice: { sellerNip: string; number: string };
  document: { sha256: string };
  ksefNumber?: string;
  problem?: unknown;
  timeline: unknown[];
}

/** What is known at the end: what the caller was told, what the hub says, and what KSeF has. */
export interface Evidence {
  posted: Posted[];
  /** Every submission of the hub by its id, with its receipt as text when the hub gives one. */
  submissions: Map<string, { view: View; receipt: string | undefined }>;
  /** The ledger of the sandbox, which is the judge. */
  accepted: LedgerEntry[];
  verdicts: PostedInvoice[];
}

/** Waits until every invoice is at rest; gives up when none came to rest for `patienceMs`. `tell` hears how many are not. */
export async function untilAtRest(
  hub: HubProcess,
  posted: Posted[],
  patienceMs: number,
  tell: (waiting: number) => void,
): Promise<void> {
  let waiting = posted.flatMap(({ tenant, ids }) => ids.map((id) => ({ tenant, id })));
  let giveUp = Date.now() + patienceMs;
  while (waiting.length > 0 && Date.now() < giveUp) {
    const looked = await inLanes(waiting.slice(0, 200), async ({ tenant, id }) => {
      const answer = await ask(hub, tenant, `/v1/invoices/${id}`);
      const isAtRest = answer?.status === 200 && atRest.has((JSON.parse(answer.text) as View).state);
      return isAtRest ? [] : [{ tenant, id }];
    });
    const left = looked.flat();
    if (left.length < looked.length) giveUp = Date.now() + patienceMs;
    // Those looked at go to the end, so that one that stays does not hide the others.
    waiting = [...waiting.slice(200), ...left];
    tell(waiting.length);
    await pause(left.length < looked.length / 2 ? 0 : 300);
  }
}

/** Everything the hub has, with its receipts, as far as it answers. */
export async function submissionsOf(hub: HubProcess, tenants: Tenant[]): Promise<Evidence["submissions"]> {
  const submissions: Evidence["submissions"] = new Map();
  for (const tenant of tenants) {
    for (let after: string | undefined = ""; after !== undefined;) {
      const place: string = after === "" ? "" : `&after=${encodeURIComponent(after)}`;
      const answer = await insist(() => ask(hub, tenant, `/v1/invoices?limit=200${place}`));
      // A hub that does not answer any more has nothing to show: all of it is missing then.
      if (answer?.status !== 200) return submissions;
      const page = JSON.parse(answer.text) as { invoices: View[]; next?: string };
      await inLanes(page.invoices, async (view) => {
        const upo = await ask(hub, tenant, `/v1/invoices/${view.id}/upo`);
        submissions.set(view.id, { view, receipt: upo?.status === 200 ? upo.text : undefined });
      });
      after = page.next;
    }
  }
  return submissions;
}

const atRest = new Set(["reported", "held", "rejected", "dead"]);

/** An answer of the hub; undefined when there was none. */
async function ask(hub: HubProcess, { apiKey }: Tenant, path: string) {
  if (hub.url === undefined) return undefined;
  try {
    const headers = { authorization: `Bearer ${apiKey}` };
    const response = await fetch(hub.url + path, { headers, signal: AbortSignal.timeout(30_000) });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    if (error instanceof TypeError || error instanceof DOMException) return undefined;
    throw error;
  }
}

/** Asks again until the answer is 200, for a quarter of a minute. */
async function insist(question: () => ReturnType<typeof ask>): ReturnType<typeof ask> {
  for (let asked = 1; ; asked++) {
    const answer = await question();
    if (answer?.status === 200 || asked === 30) return answer;
    await pause(500);
  }
}

/** The results of `work` on each thing, eight at a time, in the order of the things. */
async function inLanes<T, R>(things: T[], work: (thing: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < things.length; index = next++)
      results[index] = await work(things[index]!);
  };
  await Promise.all(Array.from({ length: 8 }, lane));
  return results;
}
