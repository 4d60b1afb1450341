import { describe, expect, it } from "vitest";
import { rateBudgetOn } from "../../../src/ksef/limits/rate-budget.ts";
import { productionRateLimits, type RateGroup } from "../../../src/ksef/limits/rate-limits.ts";
import { openEmbedded } from "../../adapters/folder.ts";

const groups = Object.keys(productionRateLimits) as RateGroup[];
const start = Date.parse("2026-02-15T09:00:00Z");
const patient = { patienceMs: Number.MAX_SAFE_INTEGER };

describe("the request budget", () => {
  it.each(groups)("lets as many through at once as KSeF does: %s", async (group) => {
    const budget = rateBudgetOn((await openEmbedded()).table);
    const { perSecond } = productionRateLimits[group];
    const at: number[] = [];
    for (let made = 0; made <= perSecond; made++)
      at.push((await budget.reserve("a", group, { now: start, ...patient })).at - start);
    expect(at.slice(0, perSecond)).toEqual(Array.from({ length: perSecond }, () => 0));
    expect(at[perSecond]).toBe(1_500);
  });

  it("is one for all workers", async () => {
    const { table } = await openEmbedded();
    const workers = [rateBudgetOn(table), rateBudgetOn(table), rateBudgetOn(table)];
    const reserved = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        workers[index % 3]!.reserve("a", "invoiceSend", { now: start, ...patient }),
      ),
    );
    expect(reserved.map(({ at }) => at - start).toSorted((one, other) => one - other)).toEqual(
      [0, 1_500, 3_000].flatMap((at) => Array.from({ length: 10 }, () => at)),
    );
    const other = await workers[0]!.reserve("b", "invoiceSend", { now: start, patienceMs: 0 });
    expect(other).toEqual({ reserved: true, at: start });
  });

  it("reserves nothing beyond the patience of whoever asks", async () => {
    const budget = rateBudgetOn((await openEmbedded()).table);
    for (let made = 0; made < 10; made++)
      await budget.reserve("a", "onlineSession", { now: start, patienceMs: 0 });
    const refused = { reserved: false, at: start + 1_500 };
    for (let asked = 0; asked < 3; asked++)
      expect(await budget.reserve("a", "onlineSession", { now: start, patienceMs: 1_000 })).toEqual(refused);
    expect(await budget.reserve("a", "onlineSession", { now: start + 1_500, patienceMs: 0 })).toEqual({
      reserved: true,
      at: start + 1_500,
    });
  });

  it("obeys 429, also one that is shorter than an earlier one, and other limits KSeF has told of", async () => {
    const budget = rateBudgetOn((await openEmbedded()).table);
    await budget.block("a", "invoiceSend", start + 60_000);
    await budget.block("a", "invoiceSend", start + 10_000);
    expect((await budget.reserve("a", "invoiceSend", { now: start, patienceMs: 0 })).at).toBe(start + 60_000);
    const more = { perSecond: 100, perMinute: 300, perHour: 1_800 };
    await budget.learn("a", { ...productionRateLimits, invoiceStatus: more });
    for (let made = 0; made < 100; made++)
      expect((await budget.reserve("a", "invoiceStatus", { now: start, patienceMs: 0 })).reserved).toBe(true);
    expect((await budget.reserve("a", "invoiceStatus", { now: start, patienceMs: 0 })).reserved).toBe(false);
  });
});
