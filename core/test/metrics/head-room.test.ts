import { expect, it } from "vitest";
import { rateBudgetOn } from "../../src/ksef/limits/rate-budget.ts";
import { productionRateLimits } from "../../src/ksef/limits/rate-limits.ts";
import { openEmbedded } from "../adapters/folder.ts";
import { start } from "./rig.ts";

const patient = { patienceMs: Number.MAX_SAFE_INTEGER };

it("tells the share of the hour that is left in each group", async () => {
  const budget = rateBudgetOn((await openEmbedded()).table);
  for (let made = 0; made < 45; made++) await budget.reserve("a", "invoiceSend", { now: start, ...patient });
  for (let made = 0; made < 12; made++)
    await budget.reserve("a", "other", { now: start, ...patient, endpoint: "GET /limits/context" });
  await budget.reserve("a", "other", { now: start, ...patient, endpoint: "GET /rate-limits" });
  await budget.block("a", "invoiceExport", start + 60_000);
  await budget.reserve("b", "batchSession", { now: start, ...patient });
  const room = await budget.headRoom("a", start);
  // 180 and 120 an hour.
  expect(room).toMatchObject({ invoiceSend: 0.75, other: 0.9, invoiceExport: 0, batchSession: 1 });
  expect(Object.keys(room).toSorted()).toEqual(Object.keys(productionRateLimits).toSorted());
  expect(await budget.headRoom("a", start + 3_800_000)).toMatchObject({ invoiceSend: 1, invoiceExport: 1 });
});

it("is by the limits that KSeF has told of, and whole where it counts nothing", async () => {
  const budget = rateBudgetOn((await openEmbedded()).table);
  for (let made = 0; made < 9; made++) await budget.reserve("a", "invoiceSend", { now: start, ...patient });
  const limits = { ...productionRateLimits, invoiceSend: { perSecond: 10, perMinute: 30, perHour: 18 } };
  await budget.learn("a", limits);
  expect(await budget.headRoom("a", start)).toMatchObject({ invoiceSend: 0.5 });
  const none = { perSecond: 1e9, perMinute: 1e9, perHour: 1e9 };
  await budget.learn("a", { ...limits, invoiceSend: none });
  expect(await budget.headRoom("a", start)).toMatchObject({ invoiceSend: 1 });
});
