import type { VendorLimits } from "../connector.ts";
import { HubError } from "../error.ts";
import type { Clock } from "../ports.ts";

/**
 * Lets calls to a vendor through as fast as its limits allow: so many at the same time, so many in each second, minute and
 * day. After `vendor.rate-limited` nobody calls before the vendor wants it. In memory, for each connection.
 */
export function vendorGate(limits: VendorLimits, clock: Clock) {
  let running = 0;
  let blockedUntil = 0;
  const made: number[] = [];
  const waiting: (() => void)[] = [];
  const windows = [
    { ms: 1_000, most: limits.perSecond },
    { ms: 60_000, most: limits.perMinute },
    { ms: 86_400_000, most: limits.perDay },
  ].flatMap(({ ms, most }) => (most === undefined ? [] : [{ ms, most }]));
  const longest = Math.max(0, ...windows.map(({ ms }) => ms));

  const earliest = (now: number): number => {
    while (made[0] !== undefined && made[0] <= now - longest) made.shift();
    const free = windows.map(({ ms, most }) => {
      const leaving = made.at(-most);
      return leaving === undefined ? now : leaving + ms;
    });
    return Math.max(now, blockedUntil, made.at(-1) ?? 0, ...free);
  };

  return async function call<T>(
    work: (signal: AbortSignal) => Promise<T>,
    { signal, deadlineMs }: { signal: AbortSignal; deadlineMs: number },
  ): Promise<T> {
    while (running >= limits.concurrent) await new Promise<void>((free) => waiting.push(free));
    running += 1;
    try {
      const now = clock.now();
      const at = earliest(now);
      if (at > now + patienceMs)
        throw new HubError("vendor.rate-limited", "The limits of the other system leave no room for now.", {
          retryAfterMs: at - now,
        });
      made.push(at);
      if (at > now) await clock.sleep(at - now, signal);
      signal.throwIfAborted();
      return await work(AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]));
    } catch (thrown) {
      if (thrown instanceof HubError && thrown.code === "vendor.rate-limited")
        blockedUntil = Math.max(blockedUntil, clock.now() + (thrown.retryAfterMs ?? unknownBlockMs));
      throw thrown;
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  };
}

export type VendorGate = ReturnType<typeof vendorGate>;

/** Longer than this nobody waits for a turn: there is something better to do meanwhile. */
const patienceMs = 60_000;
/** When the vendor does not say how long. */
const unknownBlockMs = 60_000;
