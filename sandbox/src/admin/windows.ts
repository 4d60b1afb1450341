import type { LoggedRequest } from "../ledger.ts";

/** Requests of one client to one group of endpoints. */
export interface RequestWindow {
  /** Null: without an access token. */
  context: string | null;
  ip: string;
  group: string;
  /** In the window that ends now. */
  lastSecond: number;
  lastMinute: number;
  lastHour: number;
  /** The most that any window ever held. */
  peakPerSecond: number;
  peakPerMinute: number;
  peakPerHour: number;
}

/** The requests to the API in sliding windows, by context, address and group of endpoints. */
export function requestWindows(log: LoggedRequest[], now: number): RequestWindow[] {
  const counted = log.filter(({ group }) => group !== undefined);
  const clients = Map.groupBy(counted, ({ context, ip, group }) => [context, ip, group].join(" "));
  return [...clients.values()].map((requests) => {
    const { context, ip, group } = requests[0]!;
    const times = requests.map(({ at }) => at);
    const since = (ms: number): number => times.filter((at) => at > now - ms && at <= now).length;
    return {
      context: context ?? null,
      ip,
      group: group ?? "",
      lastSecond: since(second),
      lastMinute: since(minute),
      lastHour: since(hour),
      peakPerSecond: peak(times, second),
      peakPerMinute: peak(times, minute),
      peakPerHour: peak(times, hour),
    };
  });
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

function peak(times: number[], window: number): number {
  const sorted = times.toSorted((one, other) => one - other);
  let first = 0;
  let most = 0;
  for (const [last, at] of sorted.entries()) {
    while (sorted[first]! <= at - window) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
