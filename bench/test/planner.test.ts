import { productionRateLimits } from "@ksef-hub/core/ksef";
import { describe, expect, it } from "vitest";
import { leastBacklogMs, leastLoneMs } from "../src/planner/bound.ts";
import { invoiceTemplate } from "../src/planner/documents.ts";
import { hubRun } from "../src/planner/hub.ts";
import { naiveRun, reckonedRun } from "../src/planner/naive.ts";
import { poissonArrivals } from "../src/planner/seeded.ts";
import { earliestSlot, leastSpan } from "../src/planner/windows.ts";

const backlog = (count: number): number[] => Array.from({ length: count }, () => 0);
const hour = 3_600_000;

describe("windows", () => {
  // 10 in a second, 30 in a minute, 180 in an hour.
  const spans = { 1: 0, 10: 0, 11: 1_000, 30: 2_000, 31: 60_000, 180: 302_000, 181: hour, 361: 2 * hour };

  it("need so long for so many requests, by hand", () => {
    for (const [requests, span] of Object.entries(spans))
      expect(leastSpan(productionRateLimits.invoiceSend, Number(requests))).toBe(span);
  });

  it("are left by the greedy client as early as they let it", () => {
    const slots: number[] = [];
    for (let made = 0; made < 400; made++)
      slots.push(earliestSlot(slots, productionRateLimits.invoiceSend, 0));
    for (const [requests, span] of Object.entries(spans)) expect(slots[Number(requests) - 1]).toBe(span);
  });
});

describe("the least time", () => {
  it("of a backlog, by hand", () => {
    // 40 ms each way, 2 s of processing: online 4 x 40, a batch 6 x 40.
    expect([1, 10].map(leastBacklogMs)).toEqual([2_160, 2_160]);
    expect([11, 1_000, 10_000].map(leastBacklogMs)).toEqual([2_240, 2_240, 2_240]);
    // One batch and one invoice online; two batches.
    expect([10_001, 10_011].map(leastBacklogMs)).toEqual([2_240, 2_240]);
    // Ten batches are twenty calls: the last a second after the first.
    expect(leastBacklogMs(100_000)).toBe(40 + 1_000 + 2_000 + 40);
    // The hour has 60 calls: 30 batches. For one more batch's worth it takes the next hour.
    expect(leastBacklogMs(300_000)).toBeLessThan(3 * 60_000);
    expect(leastBacklogMs(310_000)).toBeGreaterThan(hour);
  });

  it("of an invoice that finds a session open", () => expect(leastLoneMs()).toBe(2_080));
});

describe("arrivals", () => {
  it("come at their rate, one after another, the same for the same seed", () => {
    const arrivals = poissonArrivals("a", 60, hour);
    // The deviation of a Poisson count is its root: 60 of 3,600.
    expect(Math.abs(arrivals.length - 3_600)).toBeLessThan(240);
    expect(arrivals).toEqual(arrivals.toSorted((one, other) => one - other));
    expect(arrivals.at(-1)).toBeLessThan(hour);
    expect(poissonArrivals("a", 60, hour)).toEqual(arrivals);
    expect(poissonArrivals("b", 60, hour)).not.toEqual(arrivals);
  });
});

describe("naive strategies", () => {
  it.each(["perInvoiceSessions", "sharedSession"] as const)(
    "%s keeps to the limits, is no faster than the bound, and takes what was reckoned",
    async (name) => {
      const arrivals = backlog(70);
      const run = await naiveRun(name, "seed", arrivals, await invoiceTemplate());
      const reckoned = reckonedRun(name, arrivals);
      expect(run[429]).toBe(0);
      expect(run.requests?.["invoiceSend"]).toBe(70);
      expect(run.seconds).toBeGreaterThan(leastBacklogMs(70) / 1_000);
      for (const figure of ["seconds", "p50", "p95"] as const)
        expect(Math.abs(run[figure] / reckoned[figure] - 1)).toBeLessThan(0.05);
    },
  );
});

describe("the hub on the virtual clock", () => {
  const cases = [
    { what: "a backlog", arrivals: backlog(60), least: leastBacklogMs(60) },
    { what: "arrivals", arrivals: poissonArrivals("seed", 6, 10 * 60_000), least: leastLoneMs() },
  ];

  it.each(cases)(
    "gets $what through without a 429, no faster than the bound, the same for the same seed",
    async ({ arrivals, least }) => {
      const invoice = await invoiceTemplate();
      const run = async (seed: string) => {
        const { tookSeconds: _took, ...figures } = await hubRun(seed, arrivals, invoice, hour);
        return figures;
      };
      const first = await run("seed");
      expect(first).toMatchObject({ without: 0, 429: 0, log: {} });
      expect(first.p50).toBeGreaterThanOrEqual(leastLoneMs() / 1_000);
      expect(first.seconds).toBeGreaterThanOrEqual(least / 1_000);
      expect(await run("seed")).toEqual(first);
      expect(await run("another")).not.toEqual(first);
    },
  );
});
