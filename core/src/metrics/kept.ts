import type { Clock } from "../ports.ts";

/**
 * A reading that everybody shares for ten seconds, or ten times as long as it took: however often it is asked for, reading
 * takes a tenth of the time at most. A failure is kept as long.
 */
export function kept<T>(clock: Clock, read: () => Promise<T>): () => Promise<T> {
  let last: { reading: Promise<T>; until: number } | undefined;
  return () => {
    const now = clock.now();
    if (last !== undefined && now < last.until) return last.reading;
    const begun = { reading: read(), until: Infinity };
    last = begun;
    const ended = (): void => {
      begun.until = clock.now() + Math.max(keptMs, (clock.now() - now) * 10);
    };
    begun.reading.then(ended, ended);
    return begun.reading;
  };
}

const keptMs = 10_000;
