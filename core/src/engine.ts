import { apiKeysOn, type ApiKeys } from "./api-keys.ts";
import { HubError } from "./error.ts";
import { cachedExchangeRates, nbpExchangeRates, type ExchangeRates } from "./exchange-rates/index.ts";
import { connectKsef, type KsefConnection } from "./ksef/connection.ts";
import { ksefBaseUrl } from "./ksef/environment.ts";
import type { Fetch } from "./ksef/http.ts";
import type { Ports } from "./ports.ts";
import { submissionsOn, type Submissions } from "./submissions.ts";
import { tenantsOn, type Tenants } from "./tenants.ts";

/** Something an operator should see. The hub says nothing as long as all is well. */
export interface LogEntry {
  level: "warn" | "error";
  code: string;
  message: string;
  tenant?: string;
  submission?: string;
}

/** All times in milliseconds. */
export interface Timing {
  /** The longest one call to KSeF may take. */
  deadlineMs: number;
  /** After a call with an unknown outcome KSeF gets this long to come to rest before it is asked what happened. */
  quietMs: number;
  /** First pause before the status of a sent invoice is looked at; each further one is half as long again. */
  lookMs: number;
  longestLookMs: number;
  /** First pause after a failure; each further one is twice as long. */
  backoffMs: number;
  longestBackoffMs: number;
}

export const defaultTiming: Timing = {
  deadlineMs: 30_000,
  quietMs: 10_000,
  lookMs: 200,
  longestLookMs: 60_000,
  backoffMs: 1_000,
  longestBackoffMs: 300_000,
};

/** What the lifecycle works with: the ports, the repositories over them, and a line to KSeF for each tenant. */
export interface Engine extends Ports {
  submissions: Submissions;
  tenants: Tenants;
  apiKeys: ApiKeys;
  exchangeRates: ExchangeRates;
  ksef(tenant: string): Promise<KsefConnection>;
  timing: Timing;
  log(entry: LogEntry): void;
}

export interface EngineOptions {
  ports: Ports;
  log: (entry: LogEntry) => void;
  timing?: Partial<Timing>;
  fetch?: Fetch;
  /** Default: the National Bank of Poland, each rate asked for once. */
  exchangeRates?: ExchangeRates;
}

export function createEngine({
  ports,
  log,
  timing = {},
  fetch = globalThis.fetch,
  exchangeRates,
}: EngineOptions): Engine {
  const { table, archive, queue, secrets, clock } = ports;
  const times = { ...defaultTiming, ...timing };
  const tenants = tenantsOn(table, secrets);
  const connections = new Map<string, { environment: string; connection: KsefConnection }>();

  return {
    table,
    archive,
    queue,
    secrets,
    clock,
    tenants,
    submissions: submissionsOn(table),
    apiKeys: apiKeysOn(table),
    exchangeRates: exchangeRates ?? nbpRates(ports, times, fetch),
    timing: times,
    log,
    ksef: async (id) => {
      const tenant = await tenants.get(id);
      if (tenant === undefined) throw new HubError("hub.config", `There is no tenant ${id}.`);
      const known = connections.get(id);
      if (known?.environment === tenant.environment) return known.connection;
      const connection = connectKsef({
        endpoint: { baseUrl: ksefBaseUrl(tenant.environment), deadlineMs: times.deadlineMs, fetch },
        nip: tenant.nip,
        credentials: () => tenants.credentials(id),
        clock,
      });
      connections.set(id, { environment: tenant.environment, connection });
      return connection;
    },
  };
}

function nbpRates({ table, clock }: Ports, { deadlineMs }: Timing, fetch: Fetch): ExchangeRates {
  return cachedExchangeRates(nbpExchangeRates({ fetch, clock, deadlineMs }), table);
}
