import { each } from "../dispatch/office.ts";
import type { Engine } from "../engine.ts";
import { HubError, toHubError } from "../error.ts";
import type { BreakerState } from "../ksef/outage/breaker.ts";
import type { Tenant } from "../tenants.ts";
import { companyState, type CompanyState } from "./company.ts";
import { environmentName } from "./environment-name.ts";
import { kept } from "./kept.ts";

/** What is measured when somebody looks. */
export interface Observations {
  companies: CompanyState[];
  /** As this process sees them. */
  breakers: { environment: string; state: BreakerState }[];
  /** Up to a thousand. */
  deadLetters: number;
  /** False: a company could not be read, and is missing. */
  complete: boolean;
}

export interface Observer {
  /** Of all companies, for metrics. Throws `storage.*` only when not even the companies can be listed. */
  all: () => Promise<Observations>;
  /** Of one company, for its health. Throws `hub.config` when there is none, and `storage.*`. */
  of: (tenant: string) => Promise<CompanyState>;
}

/**
 * Reads the state of the hub from the ledger: bounded work for each company, and kept for some seconds, so that nobody can
 * load the ledger by asking. What cannot be read is logged once for each code.
 */
export function observations(engine: Engine): Observer {
  const { clock, tenants, queue } = engine;
  const readings = new Map<string, () => Promise<CompanyState>>();
  const told = new Set<string>();

  const read = async (id: string): Promise<CompanyState> => {
    const tenant = await tenants.get(id);
    if (tenant === undefined) throw new HubError("hub.config", `There is no tenant ${id}.`);
    return companyState(engine, tenant);
  };
  const of = (id: string): Promise<CompanyState> => {
    const reading = readings.get(id) ?? kept(clock, () => read(id));
    readings.set(id, reading);
    return reading();
  };

  const complain = (thrown: unknown, tenant?: string): void => {
    const { code, message } = toHubError(thrown);
    if (told.has(`${code} ${tenant}`)) return;
    told.add(`${code} ${tenant}`);
    const entry = { level: "warn", code, message: `The state cannot be read: ${message}` } as const;
    engine.log(tenant === undefined ? entry : { ...entry, tenant });
  };

  const readAll = async (): Promise<Observations> => {
    const everybody: Tenant[] = [];
    for await (const tenant of tenants.all()) everybody.push(tenant);
    const companies: CompanyState[] = [];
    await each(everybody, atOnce, async ({ id }) => {
      try {
        companies.push(await of(id));
      } catch (thrown) {
        complain(thrown, id);
      }
      // Thousands of submissions were read without a pause.
      await clock.sleep(0);
    });
    const environments = new Map(
      everybody.map(({ environment }) => [environmentName(environment), environment]),
    );
    return {
      companies,
      breakers: [...environments].map(([name, environment]) => ({
        environment: name,
        state: engine.breaker(environment).state,
      })),
      deadLetters: (await queue.deadLetters(mostDeadLetters)).length,
      complete: companies.length === everybody.length,
    };
  };

  const all = kept(clock, async () => {
    try {
      return await readAll();
    } catch (thrown) {
      complain(thrown);
      throw thrown;
    }
  });

  return { all, of };
}

const atOnce = 4;
const mostDeadLetters = 1_000;
