import type { Clock } from "@ksef-hub/core";

/** The clock of the sandbox: another one, moved. */
export interface SandboxClock extends Clock {
  /** Milliseconds it is ahead of the clock below; negative when behind. */
  readonly offset: number;
  /** Moves it forward, or with a negative number back. */
  advance(ms: number): void;
  /** Sets it; it goes on from there. */
  set(now: number): void;
  /** Ends every sleep, those to come too. */
  stop(): void;
}

export function sandboxClock(clock: Clock): SandboxClock {
  let offset = 0;
  const stopped = new AbortController();
  return {
    get offset() {
      return offset;
    },
    now: () => clock.now() + offset,
    sleep: (ms, signal) => clock.sleep(ms, AbortSignal.any([stopped.signal, ...(signal ? [signal] : [])])),
    advance(ms) {
      offset += ms;
    },
    set(now) {
      offset = now - clock.now();
    },
    stop: () => stopped.abort(),
  };
}
