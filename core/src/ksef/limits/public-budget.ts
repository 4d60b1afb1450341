import { earliest, emptyWindow, withRequest, type RateWindow } from "./window.ts";

/** Calls that need no access token: KSeF counts them by address, whoever they are for. Source: the OpenAPI document. */
const publicLimits = { perSecond: 60, perMinute: Infinity, perHour: Infinity };

/**
 * The request budget of one environment for logins and public keys, shared by all companies of this process: another
 * process is most likely at another address. In memory, for it is about seconds.
 */
export function publicBudget() {
  const windows = new Map<string, RateWindow>();
  return {
    /** Reserves a request to an endpoint and says when to make it; `endpoint` is a method and a path. */
    reserve(endpoint: string, now: number): number {
      const window = windows.get(endpoint) ?? emptyWindow;
      const at = earliest(window, publicLimits, now);
      const recent = window.requests.slice(-publicLimits.perSecond);
      windows.set(endpoint, withRequest({ ...window, requests: recent }, at));
      return at;
    },
  };
}

export type PublicBudget = ReturnType<typeof publicBudget>;
