import { slackMs, type CountedBy } from "./window.ts";

/**
 * When the latest requests of this process were answered: KSeF had counted them by then, so nobody has to reckon with a
 * long way to it. `window` names a window of the budget. In memory, for it is about a second.
 */
export function answersOf() {
  const windows = new Map<string, Map<number, { under: number; answeredAt: number }>>();
  return {
    /** A request will be made at this instant. */
    made(window: string, at: number): void {
      const known = windows.get(window) ?? new Map();
      windows.set(window, known);
      for (const earlier of known.keys()) if (earlier < at - forgottenMs) known.delete(earlier);
      const { under = 0, answeredAt = 0 } = known.get(at) ?? {};
      known.set(at, { under: under + 1, answeredAt });
    },
    answered(window: string, at: number, now: number): void {
      const entry = windows.get(window)?.get(at);
      if (entry === undefined) return;
      entry.under -= 1;
      entry.answeredAt = Math.max(entry.answeredAt, now);
    },
    countedBy(window: string): CountedBy {
      const known = windows.get(window);
      const one = (at: number): number => {
        const entry = known?.get(at);
        return entry === undefined || entry.under > 0
          ? at + slackMs
          : Math.min(entry.answeredAt, at + slackMs);
      };
      return (requests, index) => {
        const last = requests[index] ?? 0;
        let by = 0;
        // One that was made shortly before may have come after it.
        for (let at = last, i = index; i >= 0 && at > last - slackMs; at = requests[--i] ?? 0)
          by = Math.max(by, one(at));
        return by;
      };
    },
  };
}

const forgottenMs = 2_000;
