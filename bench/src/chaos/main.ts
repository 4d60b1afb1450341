import { parseArgs } from "node:util";
import { runChaos, type ChaosOptions } from "./run.ts";
import type { Finding } from "./verdict.ts";

const usage = `Usage: npm run chaos -- [--kills N] [--invoices N] [--seed N] [--tenants N] [--limits production|off]
                     [--backend embedded|aws]

Runs a hub on a KSeF sandbox where one thing after another goes wrong, and kills the hub again and again while invoices
are posted to it. At the end KSeF's ledger says whether each was accepted exactly once, and the hub must have the receipt.

  --kills N     how often the hub is killed (SIGKILL) and started again; 20
  --invoices N  how many invoices are posted; 200
  --seed N      decides kills, faults and their order; 1
  --tenants N   companies that the invoices are of; 3
  --limits production|off  KSeF's request limits; off
  --backend embedded|aws   where the hub keeps everything; on doubles of AWS one request in a hundred fails too; embedded
  --patience SECONDS  gives up when nothing came to rest for so long at the end; 150, with limits 4000
  --help

The last line on stdout is the result in JSON. Exit code 0: nothing lost, duplicated, unfinished, unverified or in
conflict; 1: something is, and stands above with its timeline; 2: wrong options.`;

const options = read();
const { figures, findings, folder } = await runChaos({
  ...options,
  progress: (line) => process.stderr.write(`${line}\n`),
});
for (const finding of findings.slice(0, 25)) console.log(described(finding));
if (findings.length > 25) console.log(`... and ${findings.length - 25} more`);
if (folder !== undefined)
  console.log(`Kept in ${folder}: data/ of the hub, hub.log, findings.json with all of this.`);
console.log(JSON.stringify(figures));
process.exitCode = folder === undefined ? 0 : 1;

function described({ kind, invoice, what, view }: Finding): string {
  const timeline = view?.timeline.map((event) => `\n    ${JSON.stringify(event)}`).join("") ?? "";
  const problem = view?.problem === undefined ? "" : `\n    problem ${JSON.stringify(view.problem)}`;
  return `${kind}: ${invoice}: ${what}${view === undefined ? "" : `\n    submission ${view.id}`}${timeline}${problem}`;
}

function read(): Omit<ChaosOptions, "progress"> {
  try {
    const { values } = parseArgs({
      options: {
        kills: text("20"),
        invoices: text("200"),
        seed: text("1"),
        tenants: text("3"),
        limits: text("off"),
        backend: text("embedded"),
        patience: { type: "string" },
        help: { type: "boolean" },
      },
    });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    const { limits } = values;
    if (limits !== "production" && limits !== "off") throw new Error(`--limits is production or off.`);
    const { backend } = values;
    if (backend !== "embedded" && backend !== "aws") throw new Error(`--backend is embedded or aws.`);
    const patience = values.patience ?? (limits === "off" ? "150" : "4000");
    return {
      kills: whole("kills", values.kills, 0),
      invoices: whole("invoices", values.invoices, 1),
      seed: whole("seed", values.seed, 0),
      tenants: whole("tenants", values.tenants, 1),
      limits,
      backend,
      patienceMs: whole("patience", patience, 1) * 1_000,
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

function text(standard: string) {
  return { type: "string", default: standard } as const;
}

function whole(name: string, given: string, least: number): number {
  const value = Number(given);
  if (/^\d+$/.test(given) && Number.isSafeInteger(value) && value >= least) return value;
  throw new Error(`--${name} is a whole number of at least ${least}.`);
}
