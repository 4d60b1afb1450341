import { createSandbox, type Sandbox } from "../src/index.ts";
import { login, type Client } from "./client.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export interface Rig {
  sandbox: Sandbox;
  /** A login of this company, the same each time. */
  as(nip: string): Promise<Client>;
  close(): Promise<void>;
}

/** A sandbox that takes invoices at once and has no rate limits. */
export async function openRig(
  clock: VirtualClock,
  {
    data,
    storageMs = 0,
    queryInvoices = 10_000,
  }: { data?: string; storageMs?: number; queryInvoices?: number } = {},
): Promise<Rig> {
  const sandbox = await createSandbox({
    clock,
    limits: "off",
    processing: { acceptedMs: 0, processingMs: 0, storageMs },
    readingLimits: { queryInvoices },
    ...(data !== undefined && { data }),
  });
  const clients = new Map<string, Client>();
  return {
    sandbox,
    async as(nip) {
      const client = clients.get(nip) ?? (await login(sandbox, await sandbox.company(nip)));
      clients.set(nip, client);
      return client;
    },
    close: () => sandbox.close(),
  };
}
