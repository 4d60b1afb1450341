/**
 * `node main.ts`: counts what an invoice takes beside its ceilings, as JSON lines, and writes docs/cost.md. It ends with 1
 * when a count is above its ceiling.
 */
import { writeFile } from "node:fs/promises";
import { billedNames, billedOf } from "./billed.ts";
import { ceilings } from "./ceilings.ts";
import { measureIdle } from "./idle.ts";
import { measure } from "./measure.ts";
import { costPage } from "./page.ts";

const runs = [
  { way: "alone", invoices: 1 },
  { way: "apart", invoices: 1, apart: true },
  { way: "batch", invoices: 1_000 },
] as const;

for (const { way, ...run } of runs) {
  const spent = await measure(run);
  const billed = billedOf(spent);
  const above = billedNames.filter((name) => billed[name] > ceilings[way][name]);
  console.log(JSON.stringify({ way, ...run, ...billed, requests: spent.requests, above }));
  if (above.length > 0) process.exitCode = 1;
}
console.log(JSON.stringify({ way: "idle", ...(await measureIdle()) }));
await writeFile(new URL("../../../docs/cost.md", import.meta.url), costPage());
