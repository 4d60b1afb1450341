import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { embedded } from "@ksef-hub/core/embedded";
import { productionRateLimits, rateBudgetOn, type RateGroup } from "@ksef-hub/core/ksef";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { requestCounter } from "../src/limits/window.ts";

const groups = Object.keys(productionRateLimits) as RateGroup[];
const start = Date.parse("2026-02-15T09:00:00Z");

// Two countings by the same guide, written by other means, are each other's judges.
it("the hub's request budget never runs into a limit, however requests come, and however late they arrive and are answered", async () => {
  const folder = await mkdtemp(join(tmpdir(), "hub-budget-"));
  {
    await using storage = await embedded({ folder });
    const budget = rateBudgetOn(storage.table);
    let tenant = 0;
    const between = fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 20_000 }));
    const ways = fc.tuple(fc.integer({ min: 0, max: 499 }), fc.integer({ min: 0, max: 300 }), fc.boolean());
    const arrival = fc.tuple(between, ways);
    const arrivals = fc.array(arrival, { minLength: 50, maxLength: 250 });
    const never = fc.asyncProperty(fc.constantFrom(...groups), arrivals, async (group, all) => {
      const count = requestCounter();
      const received: number[] = [];
      const company = `company-${(tenant += 1)}`;
      const answers: { at: number; answeredAt: number }[] = [];
      let now = start;
      for (const [pause, [there, back, told]] of all) {
        now += pause;
        // What was answered until now, the hub knows; some answers it never gets.
        for (const { at, answeredAt } of answers.filter((answer) => answer.answeredAt <= now))
          budget.answered(company, group, { at, now: answeredAt });
        answers.splice(0, Infinity, ...answers.filter((answer) => answer.answeredAt > now));
        const { at } = await budget.reserve(company, group, { now, patienceMs: Number.MAX_SAFE_INTEGER });
        received.push(at + there);
        if (told) answers.push({ at, answeredAt: at + there + back });
      }
      for (const at of received.toSorted((one, other) => one - other))
        expect(count(productionRateLimits[group], at)).toBeUndefined();
    });
    await fc.assert(never, { numRuns: 30, seed: 7 });
  }
  await rm(folder, { recursive: true });
});
