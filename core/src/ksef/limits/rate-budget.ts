import * as z from "zod";
import { HubError } from "../../error.ts";
import type { Key, Table } from "../../ports.ts";
import { productionRateLimits, RateLimitsByGroup, type RateGroup } from "./rate-limits.ts";
import { earliest, emptyWindow, withRequest, type RateWindow } from "./window.ts";

const stored = z.object({ requests: z.array(z.number()), blockedUntil: z.number() });

/**
 * KSeF's request limits on the ledger, so that all workers of a company spend one budget: a request is reserved before
 * it is made, and 429 never comes by our own doing. `table` may throw `storage.*`.
 */
export function rateBudgetOn(table: Table) {
  /** Changes a window by compare and swap. */
  async function change<T>(
    tenant: string,
    group: RateGroup,
    by: (window: RateWindow) => [T, RateWindow],
  ): Promise<T> {
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      const item = await table.get(windowKey(tenant, group));
      const window = item === undefined ? emptyWindow : stored.parse(item.value);
      const [result, changed] = by(window);
      if (changed === window) return result;
      const value = { requests: changed.requests, blockedUntil: changed.blockedUntil };
      if (await table.put({ ...windowKey(tenant, group), value }, item?.version ?? 0)) return result;
    }
    throw new HubError("storage.unavailable", `The request budget of ${tenant} for ${group} is contended.`);
  }

  const limits = async (tenant: string): Promise<RateLimitsByGroup> => {
    const item = await table.get(limitsKey(tenant));
    return item === undefined ? productionRateLimits : RateLimitsByGroup.parse(item.value);
  };

  return {
    /**
     * Reserves one request and says when to make it: now, or up to `patienceMs` later. When that is not enough nothing is
     * reserved, and `at` is when it is worth to ask again.
     */
    async reserve(
      tenant: string,
      group: RateGroup,
      { now, patienceMs }: { now: number; patienceMs: number },
    ): Promise<{ reserved: boolean; at: number }> {
      const { [group]: allowed } = await limits(tenant);
      return change(tenant, group, (window) => {
        const at = earliest(window, allowed, now);
        const reserved = at <= now + patienceMs;
        return [{ reserved, at }, reserved ? withRequest(window, at) : window];
      });
    },
    /** Remembers that KSeF answered with 429: nobody asks again before `until`. */
    block: (tenant: string, group: RateGroup, until: number): Promise<void> =>
      change(tenant, group, (window) => [
        undefined,
        until <= window.blockedUntil ? window : { ...window, blockedUntil: until },
      ]),
    limits,
    /** Keeps what `GET /rate-limits` said. */
    async learn(tenant: string, said: RateLimitsByGroup): Promise<void> {
      const item = await table.get(limitsKey(tenant));
      // Whoever was first has just learnt the same.
      await table.put({ ...limitsKey(tenant), value: said }, item?.version ?? 0);
    },
  };
}

export type RateBudget = ReturnType<typeof rateBudgetOn>;

const mostAttempts = 50;
const windowKey = (tenant: string, group: RateGroup): Key => ({ pk: `T#${tenant}`, sk: `rate#${group}` });
const limitsKey = (tenant: string): Key => ({ pk: `T#${tenant}`, sk: "rate-limits" });
