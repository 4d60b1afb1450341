import type { RateLimits } from "./rate-limits.ts";

/** A window that is full, and until when nothing is let through because of it. */
export interface Block {
  limits: RateLimits;
  limit: number;
  window: (typeof windows)[number];
  until: number;
}

/** Takes a request made `now`: the block it runs into, or nothing when it may pass. */
export type RequestCounter = (limits: RateLimits, now: number) => Block | undefined;

/**
 * Counts the requests of one client in sliding windows. Only what passes counts in them. A request refused during a
 * block lengthens it by the time in which the window would let one more through, up to an hour from now.
 * Source: ksef-docs, limity/limity-api.md, which says that the block grows but not how.
 */
export function requestCounter(): RequestCounter {
  let passed: number[] = [];
  let block: Block | undefined;
  return (limits, now) => {
    if (now < (passed.at(-1) ?? now)) {
      // The clock was set back: what was counted has not happened yet.
      passed = [];
      block = undefined;
    }
    // New limits lift a block that came from others.
    if (block?.limits === limits && now < block.until) {
      const longer = block.until + block.window.ms / block.limit;
      block = { ...block, until: Math.min(longer, now + hour) };
      return block;
    }
    block = longestBlock(passed, limits, now);
    if (block !== undefined) return block;
    passed.push(now);
    const needed = Math.max(limits.perSecond, limits.perMinute ?? 0, limits.perHour ?? 0);
    if (passed.length > 2 * needed) passed = passed.slice(-needed);
    return undefined;
  };
}

const hour = 3_600_000;

const windows = [
  { name: "perSecond", ms: 1000, unit: "sekundę" },
  { name: "perMinute", ms: 60_000, unit: "minutę" },
  { name: "perHour", ms: hour, unit: "godzinę" },
] as const;

/** A window is full while the earliest of as many requests as it allows lies within it: no other has to be looked at. */
function longestBlock(passed: number[], limits: RateLimits, now: number): Block | undefined {
  const blocks = windows.flatMap((window) => {
    const limit = limits[window.name];
    const first = limit === undefined ? undefined : passed.at(-limit);
    if (limit === undefined || first === undefined || first + window.ms <= now) return [];
    return [{ limits, limit, window, until: first + window.ms }];
  });
  return blocks.toSorted((one, other) => other.until - one.until)[0];
}
