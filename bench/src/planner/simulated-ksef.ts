import { createSandbox, type Company, type Sandbox } from "@ksef-hub/sandbox";
import type { Fetch } from "@ksef-hub/core/ksef";
import { VirtualClock } from "@ksef-hub/core/testing";
import { chance } from "./seeded.ts";

/** What is simulated, in milliseconds. A request or an answer is on its way for `leastMs` to `mostMs`. */
export const environment = { leastMs: 40, mostMs: 60, processingMs: 2_000 };

/** The sandbox with production's limits behind a network, both on a virtual clock, and what was asked of it. */
export interface SimulatedKsef {
  clock: VirtualClock;
  sandbox: Sandbox;
  company: Company;
  fetch: Fetch;
  /** Requests by the group that KSeF counts them in. */
  requests: Record<string, number>;
  /** Answers 429. */
  refused(): number;
  /** Lets time pass until this has ended. */
  until<T>(work: Promise<T>): Promise<T>;
}

export const baseUrl = "http://localhost/v2";
export const nip = "5265877635";

export async function simulatedKsef(seed: string): Promise<SimulatedKsef> {
  const clock = new VirtualClock(Date.UTC(2026, 1, 16, 7));
  const sandbox = await createSandbox({
    clock,
    seed,
    baseUrl,
    limits: "production",
    // All of it in status 100, so that the invoices of a batch are not ready one after another.
    processing: { acceptedMs: environment.processingMs, processingMs: 0 },
  });
  const requests: Record<string, number> = {};
  let [travels, refused] = [0, 0];
  const travel = (): Promise<void> => {
    const { leastMs, mostMs } = environment;
    return clock.sleep(leastMs + Math.floor(chance(seed, "travel", travels++) * (mostMs - leastMs + 1)));
  };
  return {
    clock,
    sandbox,
    company: await sandbox.company(nip),
    requests,
    refused: () => refused,
    fetch: async (url, init) => {
      const group = groupOf(init.method ?? "GET", new URL(url).pathname);
      requests[group] = (requests[group] ?? 0) + 1;
      await travel();
      // Deadlines are in real time, of which a simulation may need more than KSeF: nobody is cut off.
      const request = new Request(url, { ...init, signal: null });
      const response = await clock.busy(Promise.resolve(sandbox.app.fetch(request)));
      if (response.status === 429) refused += 1;
      await travel();
      return response;
    },
    until: async (work) => {
      let ended = false;
      const end = () => (ended = true);
      work.then(end, end);
      await clock.runUntil(() => ended, { limitMs: Infinity });
      return work;
    },
  };
}

function groupOf(method: string, path: string): string {
  const route = `${method} ${path}`;
  return groups.find(([pattern]) => pattern.test(route))?.[1] ?? "other";
}

/** Source: the OpenAPI document, x-rate-limits. */
const groups: [RegExp, string][] = [
  [/^\w+ \/storage\//, "links"],
  [/^\w+ \/v2\/(auth|security)\//, "login"],
  [/^POST \/v2\/sessions\/online\/[^/]+\/invoices$/, "invoiceSend"],
  [/^POST \/v2\/sessions\/online/, "onlineSession"],
  [/^POST \/v2\/sessions\/batch/, "batchSession"],
  [/^GET \/v2\/sessions$/, "sessionList"],
  [/^GET \/v2\/sessions\/[^/]+\/invoices(\/failed)?$/, "sessionInvoiceList"],
  [/^GET \/v2\/sessions\/[^/]+\/invoices\/[^/]+$/, "invoiceStatus"],
  [/^GET \/v2\/sessions\//, "sessionMisc"],
  [/^GET \/v2\/invoices\/ksef\//, "invoiceDownload"],
];
