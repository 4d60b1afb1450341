import type { Clock } from "@ksef-hub/core";

export interface VirtualClock extends Clock {
  /** Moves the time forward. */
  pass(ms: number): void;
}

/** A clock that stands still until it is told to move. Default: a Monday noon in Warsaw. */
export function virtualClock(start = Date.parse("2026-03-02T11:00:00Z")): VirtualClock {
  let now = start;
  return {
    now: () => now,
    pass(ms) {
      now += ms;
    },
    async sleep(ms) {
      now += ms;
    },
  };
}
