import type { Engine } from "../engine.ts";
import type { Alarm } from "../ksef/certificates/alarm.ts";
import type { RateGroup } from "../ksef/limits/rate-limits.ts";
import type { Tenant } from "../tenants.ts";
import { alarmsOf } from "../upkeep/next-alarms.ts";
import { environmentName } from "./environment-name.ts";
import { loginEvidence, type Login } from "./login.ts";
import { waitingOf, type Waiting } from "./waiting.ts";

/** How one company stands, as the ledger said at `readAt`. Times in milliseconds since 1970. */
export interface CompanyState extends Waiting {
  tenant: string;
  environment: string;
  readAt: number;
  /** Of each group the share of the hour's requests that is left, from 0 to 1. */
  headRoom: Record<RateGroup, number>;
  certificates: Pick<Alarm, "what" | "validTo" | "daysLeft" | "severity">[];
  login: Login;
}

/** Reads it, without a call to KSeF and with bounded work, however much waits. Throws `storage.*`. */
export async function companyState(engine: Engine, tenant: Tenant): Promise<CompanyState> {
  const { submissions, budget, clock, outages } = engine;
  const { id, environment } = tenant;
  const login = loginEvidence();
  const waiting = await waitingOf(engine, id, await outages.list(environment), login.hear);
  const newest = await submissions.list(id, newestHeard);
  newest.submissions.forEach(login.hear);
  const certificates = await alarmsOf(engine, id);
  return {
    ...waiting,
    tenant: id,
    environment: environmentName(environment),
    readAt: clock.now(),
    headRoom: await budget.headRoom(id, clock.now()),
    certificates: certificates.map(({ what, validTo, daysLeft, severity }) => ({
      what,
      validTo,
      daysLeft,
      severity,
    })),
    login: await login.conclude(engine, id),
  };
}

/** Those taken in last tell whether something could be sent lately. */
const newestHeard = 50;
