import { toHubError, type ErrorCode } from "../error.ts";
import type { Clock } from "../ports.ts";

export interface Patience {
  clock: Clock;
  /** The longest one call is waited for, in milliseconds. */
  patienceMs: number;
  signal?: AbortSignal | undefined;
  onWait?: ((pauseMs: number, code: ErrorCode) => void) | undefined;
}

/**
 * Makes a call that only reads, again and again while KSeF's window for it is full or KSeF is not working. Throws that
 * error once the patience is at an end or the signal aborts, and every other error at once.
 */
export async function patiently<T>(
  { clock, patienceMs, signal, onWait }: Patience,
  call: () => Promise<T>,
): Promise<T> {
  const giveUpAt = clock.now() + patienceMs;
  const cancelled = (): boolean => signal?.aborted === true;
  for (;;) {
    try {
      return await call();
    } catch (thrown) {
      const error = toHubError(thrown);
      const pauseMs = Math.max(error.retryAfterMs ?? unknownPauseMs, leastPauseMs);
      if (!error.outage || cancelled() || clock.now() + pauseMs > giveUpAt) throw error;
      onWait?.(pauseMs, error.code);
      await clock.sleep(pauseMs, signal);
      if (cancelled()) throw error;
    }
  }
}

const unknownPauseMs = 30_000;
const leastPauseMs = 1_000;
