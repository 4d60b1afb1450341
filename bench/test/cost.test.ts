import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { billedNames, billedOf } from "../src/cost/billed.ts";
import { ceilings, idle } from "../src/cost/ceilings.ts";
import { measureIdle } from "../src/cost/idle.ts";
import { measure, type Run } from "../src/cost/measure.ts";
import { costPage } from "../src/cost/page.ts";
import { countTable } from "../src/cost/request-units.ts";
import { MemoryTable } from "../src/planner/memory-table.ts";

describe("what an invoice takes of AWS", () => {
  const ways: [keyof typeof ceilings, Run][] = [
    ["alone", { invoices: 1 }],
    ["apart", { invoices: 1, apart: true }],
    ["batch", { invoices: 1_000 }],
  ];
  it.each(ways)("%s: is below its ceilings, and not far below", async (way, run) => {
    const billed = billedOf(await measure(run));
    for (const name of billedNames) {
      expect(billed[name], `${way} ${name}`).toBeLessThanOrEqual(ceilings[way][name]);
      // What a batch has once for all of it may come or not.
      if (ceilings[way][name] < 0.01) continue;
      expect(billed[name], `${way} ${name}: lower the ceiling`).toBeGreaterThanOrEqual(
        0.7 * ceilings[way][name],
      );
    }
  });

  it("an hour in which nothing happens costs what the page says", async () => {
    expect(await measureIdle()).toEqual(idle);
  });

  it("docs/cost.md is as `npm run cost` writes it", async () => {
    const page = await readFile(new URL("../../docs/cost.md", import.meta.url), "utf8");
    expect(page, "run: npm run cost").toBe(costPage());
  });
});

describe("request units", () => {
  /** With its names and keys between 1 and 2 KB. */
  const item = { pk: "T#a", sk: "s", value: "x".repeat(1_100), index1: { pk: "i", sk: "1" } };
  const moved = { ...item, index1: { pk: "i", sk: "2" } };

  it("a write pays for each KB begun and for each entry of an index that is made or removed", async () => {
    const { table, units } = countTable(new MemoryTable());
    const costOf = async (write: () => Promise<boolean>) => {
      const before = units.write;
      await write();
      return units.write - before;
    };
    expect(await costOf(() => table.put(item, 0))).toBe(2 + 1);
    expect(await costOf(() => table.put(item, 1))).toBe(2);
    expect(await costOf(() => table.put(moved, 1)), "refused").toBe(2);
    expect(await costOf(() => table.put(moved, 2))).toBe(2 + 2);
    expect(await costOf(() => table.put({ pk: "T#a", sk: "s", value: 1 }, 3)), "the larger").toBe(2 + 1);
    expect(units.read).toBe(0);
  });

  it("a read pays for each 4 KB begun, in an index half of that for the entries and for each item", async () => {
    const { table, units } = countTable(new MemoryTable());
    const costOf = async (read: () => Promise<unknown>) => {
      const before = units.read;
      await read();
      return units.read - before;
    };
    await table.put({ ...item, value: "x".repeat(5_000) }, 0);
    expect(await costOf(() => table.get(item))).toBe(2);
    expect(await costOf(() => table.get({ pk: "T#a", sk: "none" }))).toBe(1);
    expect(await costOf(() => table.query({ pk: "T#a" }))).toBe(2);
    expect(await costOf(() => table.query({ index: 1, pk: "i" }))).toBe(0.5 + 1);
  });
});
