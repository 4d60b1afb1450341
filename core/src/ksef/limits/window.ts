import type { RateLimits } from "./rate-limits.ts";

/** The requests of one group in the last hour, and until when KSeF has refused it with 429. */
export interface RateWindow {
  /** When each was or will be made, in milliseconds, upwards. */
  requests: number[];
  blockedUntil: number;
}

export const emptyWindow: RateWindow = { requests: [], blockedUntil: 0 };

/**
 * KSeF counts a request when it arrives, which is later than we send it and not by the same time for each. So each of
 * its windows is longer for us by what two requests can differ.
 */
export const slackMs = 500;

/** By when KSeF has counted the request of this index and all before it. */
export type CountedBy = (requests: readonly number[], index: number) => number;

/** The earliest moment, not before `now`, at which one more request keeps within all three windows. */
export function earliest(
  { requests, blockedUntil }: RateWindow,
  limits: RateLimits,
  now: number,
  countedBy: CountedBy = (made, index) => (made[index] ?? 0) + slackMs,
): number {
  const waits = lengths.map(([name, ms]) => {
    // The request that has to leave the window before another can enter it.
    const leaving = requests.length - limits[name];
    return leaving < 0 ? 0 : countedBy(requests, leaving) + ms;
  });
  // Requests are handed out in order, or a later one would be counted with those that go before it.
  return Math.max(now, blockedUntil, requests.at(-1) ?? 0, ...waits);
}

/** The window with one more request; what no window can reach any more is forgotten. */
export function withRequest(window: RateWindow, at: number): RateWindow {
  const kept = window.requests.filter((made) => made > at - hour - slackMs);
  return { ...window, requests: [...kept, at] };
}

const hour = 3_600_000;
const lengths = [
  ["perSecond", 1_000],
  ["perMinute", 60_000],
  ["perHour", hour],
] as const satisfies [keyof RateLimits, number][];
