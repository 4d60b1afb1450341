import type { Clock } from "../ports.ts";
import type { Tenants } from "../tenants.ts";

/** An environment as an attribute: its name, or of an address the origin, which has neither path nor password. */
export function environmentName(environment: string): string {
  return URL.canParse(environment) ? new URL(environment).origin : environment;
}

/**
 * The name of the environment of each tenant, read once a minute at most. Never throws, for what it is asked for has
 * happened already: `unknown` when there is no such tenant or the ledger cannot be read.
 */
export function environmentNames(
  tenants: Pick<Tenants, "get">,
  clock: Clock,
): (tenant: string) => Promise<string> {
  const known = new Map<string, { name: string; until: number }>();
  return async (tenant) => {
    const kept = known.get(tenant);
    if (kept !== undefined && clock.now() < kept.until) return kept.name;
    const name = await tenants.get(tenant).then(
      (found) => (found === undefined ? "unknown" : environmentName(found.environment)),
      () => kept?.name ?? "unknown",
    );
    known.set(tenant, { name, until: clock.now() + keptMs });
    return name;
  };
}

const keptMs = 60_000;
