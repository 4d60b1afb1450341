import { tmpdir } from "node:os";
import { join } from "node:path";
import { apiKeysOn, type ApiKeys } from "./api-keys.ts";
import type { Dispatcher, Ring } from "./dispatch/index.ts";
import { HubError } from "./error.ts";
import { cachedExchangeRates, nbpExchangeRates, type ExchangeRates } from "./exchange-rates/index.ts";
import { connectKsef, type KsefConnection } from "./ksef/connection.ts";
import type { Compression } from "./ksef/batch/package.ts";
import { ksefBaseUrl } from "./ksef/environment.ts";
import { companyGate } from "./ksef/gate.ts";
import type { Fetch } from "./ksef/http.ts";
import { contextLimitsOn, type ContextLimitsOf } from "./ksef/limits/context-limits.ts";
import { publicBudget, type PublicBudget } from "./ksef/limits/public-budget.ts";
import { rateBudgetOn, type RateBudget } from "./ksef/limits/rate-budget.ts";
import type { RateLimitsByGroup } from "./ksef/limits/rate-limits.ts";
import { createBreaker, type Breaker } from "./ksef/outage/breaker.ts";
import { outagesOn, type Outages } from "./ksef/outage/outages.ts";
import { watchAll } from "./ksef/outage/watch-all.ts";
import { environmentName, environmentNames } from "./metrics/environment-name.ts";
import { engineMetrics, type EngineMetrics } from "./metrics/metrics.ts";
import type { Ports } from "./ports.ts";
import type { Submission } from "./submission.ts";
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
  /** Shortest pause before the status of what was sent is looked at; it grows with the time KSeF takes. */
  lookMs: number;
  longestLookMs: number;
  /** First pause after a failure; each further one is twice as long. */
  backoffMs: number;
  longestBackoffMs: number;
  /** Where several processes work on one ledger: how long the work of one that has died is left alone. */
  leaseMs: number;
}

export const defaultTiming: Timing = {
  deadlineMs: 30_000,
  quietMs: 10_000,
  lookMs: 100,
  longestLookMs: 60_000,
  backoffMs: 1_000,
  longestBackoffMs: 300_000,
  leaseMs: 20_000,
};

/** What the lifecycle works with: the ports, the repositories over them, and a line to KSeF for each tenant. */
export interface Engine extends Ports {
  submissions: Submissions;
  tenants: Tenants;
  apiKeys: ApiKeys;
  exchangeRates: ExchangeRates;
  ksef(tenant: string): Promise<KsefConnection>;
  /** KSeF's request limits, spent by all workers of a company together. */
  budget: RateBudget;
  /** What a session may hold, as KSeF has said of each company. */
  contextLimits: ContextLimitsOf;
  /** Whether calls to an environment are held back, because it does not work. */
  breaker(environment: string): Breaker;
  /** What the Ministry has announced for each environment: deadlines depend on it. */
  outages: Outages;
  /** Watches the environments of all companies, by the Ministry's beacon and by our own probe, until the signal aborts. */
  watch(signal: AbortSignal): Promise<void>;
  /** Where batch packages lie until they are uploaded. */
  batchFolder: string;
  /** How packages are compressed. */
  compression: Compression;
  /** No other process works on this ledger: what a dead one held is free at once. */
  alone: boolean;
  /**
   * Tells whoever does the work that there is something to do: the dispatcher of this process, or through the queue that
   * of another. `submission`, as it stands on the ledger now, spares reading it again.
   */
  ring(ring: Ring, submission?: Submission): Promise<void>;
  /** From now on the bells are answered in this process; returns how to stop that. */
  answerBells(dispatcher: Pick<Dispatcher, "ring">): () => void;
  timing: Timing;
  metrics: EngineMetrics;
  /** The environment of a tenant as metrics call it. Never throws. */
  environmentOf(tenant: string): Promise<string>;
  log(entry: LogEntry): void;
}

export interface EngineOptions {
  ports: Ports;
  log: (entry: LogEntry) => void;
  timing?: Partial<Timing>;
  fetch?: Fetch;
  /** Default: a folder for temporary files of the system. */
  batchFolder?: string;
  /** Default: tar.gz, which is smaller and faster. */
  compression?: Compression;
  /** No other process works on this ledger; default: there may be others, and their leases are waited for. */
  alone?: boolean;
  /** Request limits in force until KSeF has been asked for them; default: production's. */
  rateLimits?: RateLimitsByGroup;
  /** Default: the National Bank of Poland, each rate asked for once. */
  exchangeRates?: ExchangeRates;
  /** Default: on the OpenTelemetry SDK that is registered, if one is. */
  metrics?: EngineMetrics;
}

export function createEngine({
  ports,
  log,
  timing = {},
  fetch = globalThis.fetch,
  batchFolder = join(tmpdir(), "ksef-hub-batches"),
  compression = "tarGz",
  alone = false,
  rateLimits,
  exchangeRates,
  metrics = engineMetrics(),
}: EngineOptions): Engine {
  const { table, archive, queue, secrets, clock } = ports;
  const times = { ...defaultTiming, ...timing };
  const tenants = tenantsOn(table, secrets);
  const connections = new Map<string, { environment: string; connection: KsefConnection }>();
  const breakers = new Map<string, Breaker>();
  const publicBudgets = new Map<string, PublicBudget>();
  const budget = rateBudgetOn(table, rateLimits);
  const outages = outagesOn(table);
  let dispatcher: Pick<Dispatcher, "ring"> | undefined;

  const breaker = (environment: string): Breaker => {
    const baseUrl = ksefBaseUrl(environment);
    const known = breakers.get(baseUrl);
    if (known !== undefined) return known;
    const created = createBreaker({ clock });
    breakers.set(baseUrl, created);
    return created;
  };

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
    budget,
    contextLimits: contextLimitsOn(table),
    breaker,
    outages,
    watch: (signal) =>
      watchAll({
        tenants,
        clock,
        fetch,
        deadlineMs: times.deadlineMs,
        outages,
        log,
        signal,
        breaker,
      }),
    batchFolder,
    compression,
    alone,
    timing: times,
    metrics,
    environmentOf: environmentNames(tenants, clock),
    log,
    ring: async (ring, submission) => {
      if (dispatcher === undefined)
        await queue.send({ tenant: ring.tenant, ...(ring.id && { id: ring.id }) });
      else dispatcher.ring(ring, submission);
    },
    answerBells: (listener) => {
      dispatcher = listener;
      return () => {
        dispatcher = undefined;
      };
    },
    ksef: async (id) => {
      const tenant = await tenants.get(id);
      if (tenant === undefined) throw new HubError("hub.config", `There is no tenant ${id}.`);
      const known = connections.get(id);
      if (known?.environment === tenant.environment) return known.connection;
      const { environment } = tenant;
      const publicCalls = publicBudgets.get(environment) ?? publicBudget();
      publicBudgets.set(environment, publicCalls);
      const gate = companyGate({
        tenant: id,
        budget,
        publicCalls,
        breaker: breaker(environment),
        clock,
        onCall: (made) => metrics.call({ environment: environmentName(environment), ...made }),
      });
      const connection = connectKsef({
        endpoint: { baseUrl: ksefBaseUrl(environment), deadlineMs: times.deadlineMs, fetch, gate },
        breaker: breaker(environment),
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
