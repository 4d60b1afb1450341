import { productionRateLimits } from "@ksef-hub/core/ksef";
import type { Clock } from "@ksef-hub/core";

/** Most requests in any second, minute and hour. */
export interface Limits {
  perSecond: number;
  perMinute: number;
  perHour: number;
}

/** The shortest time from the first to the last of so many requests, in milliseconds. */
export function leastSpan({ perSecond, perMinute, perHour }: Limits, requests: number): number {
  const hours = Math.floor((requests - 1) / perHour);
  const minutes = Math.floor(((requests - 1) % perHour) / perMinute);
  const seconds = Math.floor((((requests - 1) % perHour) % perMinute) / perSecond);
  return hours * 3_600_000 + minutes * 60_000 + seconds * 1_000;
}

/** The earliest time for a request that is wanted at `at`, after those before it. `spareMs` lengthens each window. */
export function earliestSlot(before: number[], limits: Limits, at: number, spareMs = 0): number {
  const free = (limit: number, ms: number) => (before.at(-limit) ?? -Infinity) + ms + spareMs;
  return Math.max(
    at,
    before.at(-1) ?? at,
    free(limits.perSecond, 1_000),
    free(limits.perMinute, 60_000),
    free(limits.perHour, 3_600_000),
  );
}

/** Lets requests pass, group by group and in their order, so that no window of KSeF's is ever exceeded. */
export function careful(
  clock: Clock,
  spareMs: number,
): (group: keyof typeof productionRateLimits) => Promise<void> {
  const made = new Map<string, number[]>();
  return (group) => {
    const slots = made.get(group) ?? [];
    made.set(group, slots);
    const slot = earliestSlot(slots, productionRateLimits[group], clock.now(), spareMs);
    slots.push(slot);
    return clock.sleep(slot - clock.now());
  };
}
