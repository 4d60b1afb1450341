import type { Sandbox } from "@ksef-hub/sandbox";

/** What the hub asked of KSeF. */
export interface Traffic {
  requests: number;
  /** Answered with 429, by its own limits or by a fault. */
  tooMany: number;
  /** Sessions whose opening was answered with success. */
  sessionsOpened: { online: number; batch: number };
}

/** Counts the requests of a sandbox, whose ledger keeps the last of them only: `count` is to be called often. */
export function trafficOf(sandbox: Sandbox): { traffic: Traffic; count: () => void } {
  const traffic: Traffic = { requests: 0, tooMany: 0, sessionsOpened: { online: 0, batch: 0 } };
  return {
    traffic,
    count() {
      const requests = sandbox.ledger.requests();
      sandbox.ledger.clear();
      traffic.requests += requests.length;
      for (const { method, path, status } of requests) {
        if (status === 429) traffic.tooMany += 1;
        const opened = /\/sessions\/(online|batch)$/.exec(path)?.[1] as "online" | "batch" | undefined;
        if (method === "POST" && opened !== undefined && status >= 200 && status < 300)
          traffic.sessionsOpened[opened] += 1;
      }
    },
  };
}
