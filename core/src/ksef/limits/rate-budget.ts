import type { Key, Table } from "../../ports.ts";
import { answersOf } from "./answers.ts";
import { productionRateLimits, RateLimitsByGroup, type RateGroup } from "./rate-limits.ts";
import { nameOf, sharedWindows, windowOf } from "./shared-window.ts";
import { earliest, withRequest, type RateWindow } from "./window.ts";

/**
 * KSeF's request limits on the ledger, so that all workers of a company spend one budget: a request is reserved before
 * it is made, and 429 never comes by our own doing. `table` may throw `storage.*`.
 */
export function rateBudgetOn(table: Table, initial: RateLimitsByGroup = productionRateLimits) {
  const answers = answersOf();

  const windows = sharedWindows(table);
  const limits = async (tenant: string): Promise<RateLimitsByGroup> => {
    const item = await table.get(limitsKey(tenant));
    return item === undefined ? initial : RateLimitsByGroup.parse(item.value);
  };

  return {
    /**
     * Reserves one request and says when to make it: now, or up to `patienceMs` later. When that is not enough nothing is
     * reserved, and `at` is when it is worth to ask again. `endpoint` tells those apart that `other` counts one by one.
     */
    async reserve(
      tenant: string,
      group: RateGroup,
      { now, patienceMs, endpoint }: { now: number; patienceMs: number; endpoint?: string | undefined },
    ): Promise<{ reserved: boolean; at: number }> {
      const { [group]: allowed } = await limits(tenant);
      if (allowed.perHour >= unlimitedPerHour) return { reserved: true, at: now };
      const key = windowKey(tenant, group, endpoint);
      const countedBy = answers.countedBy(nameOf(key));
      const reservation = await windows.change(key, (window) => {
        const at = earliest(window, allowed, now, countedBy);
        const reserved = at <= now + patienceMs;
        return [{ reserved, at }, reserved ? withRequest(window, at) : window];
      });
      if (reservation.reserved) answers.made(nameOf(key), reservation.at);
      return reservation;
    },
    /** The request that was reserved for `at` is not made. */
    giveBack: (
      tenant: string,
      group: RateGroup,
      { at, endpoint }: { at: number; endpoint?: string | undefined },
    ): Promise<void> =>
      windows.change(windowKey(tenant, group, endpoint), (window) => {
        const index = window.requests.indexOf(at);
        const requests = index < 0 ? window.requests : window.requests.toSpliced(index, 1);
        return [undefined, index < 0 ? window : { ...window, requests }];
      }),
    /** The request that was reserved for `at` has its answer: so KSeF has counted it by `now`. */
    answered(
      tenant: string,
      group: RateGroup,
      { at, now, endpoint }: { at: number; now: number; endpoint?: string | undefined },
    ): void {
      answers.answered(nameOf(windowKey(tenant, group, endpoint)), at, now);
    },
    /** Remembers that KSeF answered with 429: nobody asks again before `until`. */
    block: (tenant: string, group: RateGroup, until: number, endpoint?: string): Promise<void> =>
      windows.change(windowKey(tenant, group, endpoint), (window) => [
        undefined,
        until <= window.blockedUntil ? window : { ...window, blockedUntil: until },
      ]),
    limits,
    /** The requests of the last hour, for whoever plans ahead. */
    window: (tenant: string, group: RateGroup): Promise<RateWindow> => windows.read(windowKey(tenant, group)),
    /** Of each group the share of the hour's requests that is left, from 0 to 1; of `other` the scarcest endpoint's. */
    async headRoom(tenant: string, now: number): Promise<Record<RateGroup, number>> {
      const allowed = await limits(tenant);
      const { items } = await table.query({ pk: `T#${tenant}`, from: "rate#", to: "rate$", limit: 1_000 });
      const room = Object.fromEntries(groups.map((group) => [group, 1])) as Record<RateGroup, number>;
      for (const { sk, value } of items) {
        const group = groups.find((name) => name === sk.split("#")[1]);
        if (group === undefined || allowed[group].perHour >= unlimitedPerHour) continue;
        room[group] = Math.min(room[group], shareLeft(windowOf(value), allowed[group].perHour, now));
      }
      return room;
    },
    /** Keeps what `GET /rate-limits` said. */
    async learn(tenant: string, said: RateLimitsByGroup): Promise<void> {
      const item = await table.get(limitsKey(tenant));
      // Whoever was first has just learnt the same.
      await table.put({ ...limitsKey(tenant), value: said }, item?.version ?? 0);
    },
  };
}

export type RateBudget = ReturnType<typeof rateBudgetOn>;

function shareLeft({ requests, blockedUntil }: RateWindow, perHour: number, now: number): number {
  if (blockedUntil > now) return 0;
  return Math.max(0, 1 - requests.filter((made) => made > now - 3_600_000).length / perHour);
}

const groups = RateLimitsByGroup.keyof().options;
/** Beyond this a limit is none: a sandbox that counts nothing says so by a huge number. */
const unlimitedPerHour = 1_000_000;
const windowKey = (tenant: string, group: RateGroup, endpoint?: string): Key => ({
  pk: `T#${tenant}`,
  sk: endpoint === undefined ? `rate#${group}` : `rate#${group}#${endpoint}`,
});
const limitsKey = (tenant: string): Key => ({ pk: `T#${tenant}`, sk: "rate-limits" });
