import type { Engine } from "./engine.ts";

/**
 * Rings for submissions whose bell was lost: those that should have moved by now and have not.
 * `overdueMs` keeps it from ringing for what is merely busy; 0 rings for everything that is due.
 * `ahead` also rings, in time, for what is due later: after a start nobody else will.
 * Returns how often it rang.
 */
export async function sweep(
  engine: Engine,
  { overdueMs, ahead = false }: { overdueMs: number; ahead?: boolean },
) {
  const now = engine.clock.now();
  let rung = 0;
  for await (const { id: tenant } of engine.tenants.all()) {
    for await (const { id, wakeAt } of engine.submissions.unfinished(
      tenant,
      ahead ? never : now - overdueMs,
    )) {
      await engine.queue.send({ tenant, id }, Math.max(0, wakeAt - now));
      rung++;
    }
  }
  return rung;
}

const never = Date.UTC(9999, 0);
