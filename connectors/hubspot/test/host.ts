import { HubError, Secret, type Host } from "@ksef-hub/core";

export const noon = Date.parse("2026-02-16T12:00:00Z");

/** A host whose clock stands still unless a test moves it, with a token by login. */
export function testHost({ accessToken = "login-token" } = {}) {
  const at = { now: noon };
  const stop = new AbortController();
  const host: Host = {
    clock: {
      now: () => at.now,
      sleep: () => Promise.reject(new HubError("hub.internal", "No test sleeps.")),
    },
    signal: stop.signal,
    call: (work) => work(stop.signal),
    accessToken: async () => new Secret(accessToken),
  };
  return { host, at, stop };
}
