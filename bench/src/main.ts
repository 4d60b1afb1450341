import { parseArgs } from "node:util";
import { batch } from "./batch.ts";
import { fa3 } from "./fa3.ts";
import type { Bench } from "./figure.ts";
import { latency } from "./latency.ts";
import { planner } from "./planner/index.ts";
import { sandbox } from "./sandbox.ts";
import { storage } from "./storage.ts";
import { throughput } from "./throughput/index.ts";

const benches: Record<string, Bench> = { fa3, latency, sandbox, batch, planner, storage, throughput };

const usage = `Usage: npm run bench -- NAME... [--check] [--quick]
Names: ${Object.keys(benches).join(", ")}
Prints one JSON line per figure. --check exits with 1 when an aim is not met, --quick takes less than 30 seconds.`;

const { values, positionals } = parse();
const unknown = positionals.filter((name) => benches[name] === undefined);
if (positionals.length === 0 || unknown.length > 0) {
  console.error(unknown.length > 0 ? `There is no bench ${unknown.join(", ")}.\n\n${usage}` : usage);
  process.exit(2);
}
for (const name of positionals) {
  for await (const figure of benches[name]!({ quick: values.quick })) {
    console.log(JSON.stringify(figure));
    if (values.check && !figure.met) process.exitCode = 1;
  }
}

function parse() {
  const flag = { type: "boolean", default: false } as const;
  try {
    return parseArgs({ allowPositionals: true, options: { check: flag, quick: flag } });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}
