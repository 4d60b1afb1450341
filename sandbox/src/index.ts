import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { createAdaptorServer, type ServerType } from "@hono/node-server";
import { realClock, type Clock } from "@ksef-hub/core";
import type { Hono } from "hono";
import { openLevers, type Levers } from "./admin/levers.ts";
import { createApp, type RequestRecord } from "./app.ts";
import { openCompany } from "./company.ts";
import { sandboxClock } from "./faults/clock.ts";
import { deliverInvoice } from "./invoices/deliver.ts";
import { readingLimits, type ReadingLimits } from "./invoices/limits.ts";
import type { KsefKeys } from "./keys.ts";
import { openLedger, type Ledger } from "./ledger.ts";
import { openState, type Behaviour, type Company, type Processing } from "./state.ts";

export type { Levers } from "./admin/levers.ts";
export type { FaultRuleInput } from "./faults/rule.ts";
export type { Ledger, LedgerEntry, LoggedRequest, PostedInvoice } from "./ledger.ts";
export type { Company, Processing, RequestRecord };

export interface SandboxOptions extends Partial<Behaviour> {
  /** Everything that depends on time follows this clock. Default: the real one. */
  clock?: Clock;
  /** Folder to keep the state in, private keys included. Absent: in memory. */
  data?: string;
  /** How long statuses take to change. Default: 100 for 150 ms, then 150 for 350 ms. */
  processing?: Partial<Processing>;
  /** How much reading answers with at once, where it is to be less than in KSeF. */
  readingLimits?: Partial<ReadingLimits>;
  /** Address in the download links, ending in `/v2`. Default: where the sandbox listens. */
  baseUrl?: string;
}

/** A KSeF of one's own: the API 2.x over HTTP, with the truth about it for tests. */
export interface Sandbox extends Levers {
  /** The API under `/v2`, for `app.request` without a socket. */
  app: Hono;
  /** Serves the API and gives its base URL, `http://127.0.0.1:PORT/v2`. Port 0 is any free one. */
  listen(port?: number, hostname?: string): Promise<string>;
  close(): Promise<void>;
  /** The company with this NIP, made the first time it is asked for. Throws RangeError when it is not a NIP. */
  company(nip: string): Promise<Company>;
  /**
   * Lets an invoice come in as if its seller had sent it: any seller, FA (3) or FA (2). The clock shows it like others.
   * Rejects with KSeF's verdict when it is not accepted.
   */
  deliver(xml: Uint8Array): Promise<{ ksefNumber: string; referenceNumber: string }>;
  ledger: Ledger;
  /** Levers on the keys KSeF publishes for encryption. */
  keys: Pick<KsefKeys, "rotate" | "retireOld">;
}

export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  let server: ServerType | undefined;
  let baseUrl = options.baseUrl ?? "http://localhost/v2";
  const processing = {
    acceptedMs: 150,
    processingMs: 350,
    storageMs: 0,
    authenticationMs: 0,
    exportMs: 200,
    grantMs: 100,
    ...options.processing,
  };
  const clock = sandboxClock(options.clock ?? realClock);
  const behaviour: Behaviour = {
    limits: options.limits ?? "production",
    profile: options.profile ?? "test",
    seed: options.seed ?? "ksef",
  };
  const state = await openState({
    clock,
    processing,
    behaviour,
    readingLimits: { ...readingLimits, ...options.readingLimits },
    folder: options.data,
    baseUrl: () => baseUrl,
  });
  const { ledger, seen } = openLedger(state);
  const levers = openLevers(state, ledger);
  const app = createApp(state, ledger, seen, levers);
  return {
    ...levers,
    app,
    ledger,
    keys: state.keys,
    company: (nip) => openCompany(state, nip),
    deliver: async (xml) => deliverInvoice(state, xml),
    async listen(port = 0, hostname = "127.0.0.1") {
      server = createAdaptorServer({ fetch: app.fetch });
      server.listen(port, hostname);
      await once(server, "listening");
      const listening = `http://${hostname}:${(server.address() as AddressInfo).port}/v2`;
      baseUrl = options.baseUrl ?? listening;
      return listening;
    },
    async close() {
      clock.stop();
      if (server !== undefined) {
        const closed = once(server, "close");
        server.close();
        if ("closeAllConnections" in server) server.closeAllConnections();
        await closed;
      }
      state.store.close();
    },
  };
}
