import type { Engine } from "../engine.ts";
import { HubError } from "../error.ts";
import { expiryAlarms, type Alarm } from "../ksef/certificates/alarm.ts";
import { heldBy } from "../ksef/certificates/held.ts";

/** For metrics and health: what ends, of which company, and how soon (`daysLeft`, `severity`). */
export type TenantAlarm = Alarm & { tenant: string };

/** Of everything every company logs in and vouches with. One whose credentials cannot be read has nothing to show. */
export async function* nextAlarms(engine: Parts): AsyncGenerator<TenantAlarm> {
  for await (const { id } of engine.tenants.all())
    for (const alarm of await alarmsOf(engine, id)) yield { tenant: id, ...alarm };
}

export async function alarmsOf({ tenants, secrets, clock }: Parts, tenant: string): Promise<Alarm[]> {
  const credentials = () => tenants.credentials(tenant);
  try {
    return expiryAlarms(await heldBy({ tenant, secrets, credentials }), clock.now());
  } catch (error) {
    // Whoever has to log in with them says so.
    if (error instanceof HubError && error.code === "ksef.credentials") return [];
    throw error;
  }
}

type Parts = Pick<Engine, "tenants" | "secrets" | "clock">;
