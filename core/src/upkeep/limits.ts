import { contextLimitsOn } from "../ksef/limits/context-limits.ts";
import type { Chore } from "./chore.ts";

/** Asks KSeF for the limits in force: it may change them for everybody, and for one company. */
export const limits: Chore = {
  name: "limits",
  everyMs: 24 * 3_600_000,
  deadlineMs: 120_000,
  pauseMs: 60_000,
  run: async (engine, { id }, signal) => {
    const ksef = await engine.ksef(id);
    await engine.budget.learn(id, await ksef.use((access) => ksef.client.rateLimits(access), signal));
    const said = await ksef.use((access) => ksef.client.contextLimits(access), signal);
    await contextLimitsOn(engine.table).learn(id, said);
  },
};
