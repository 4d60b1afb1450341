import type { Engine } from "./engine.ts";

/**
 * Rings for each company that has something overdue: a bell was lost, or nobody has rung since a start. `overdueMs` keeps
 * it from ringing for what is merely busy; 0 rings for everything that is due. `ahead` also rings for what is due later.
 * Returns how often it rang.
 */
export async function sweep(
  engine: Engine,
  { overdueMs, ahead = false }: { overdueMs: number; ahead?: boolean },
): Promise<number> {
  const until = ahead ? never : engine.clock.now() - overdueMs;
  let rung = 0;
  for await (const { id: tenant } of engine.tenants.all()) {
    const { done } = await engine.submissions.unfinished(tenant, until).next();
    if (done) continue;
    await engine.ring({ tenant });
    rung++;
  }
  return rung;
}

const never = Date.UTC(9999, 0);
