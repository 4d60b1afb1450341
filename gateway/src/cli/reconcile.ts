import {
  type ErrorCode,
  errorTable,
  type Finding,
  HubError,
  reconcile as reconcileWith,
  type Reconciled,
  ReconcileOrder,
  type ReconcileProgress,
} from "@ksef-hub/core";
import { type Command, need, optionsOf, refusePositionals, WrongUsage } from "./command.ts";
import { orByApi } from "./explain.ts";
import { withInterrupt } from "./interrupt.ts";
import { dataOption, dataUsage } from "./on-engine.ts";
import { printable } from "./terminal.ts";

const text = { type: "string" } as const;
const options = {
  ...dataOption,
  tenant: text,
  from: text,
  to: text,
  "dry-run": { type: "boolean", default: false },
} as const;

/** Recovers from KSeF's own list of sessions what the ledger does not know. */
export const reconcile: Command = {
  name: "reconcile",
  summary: "recovers from KSeF's list of sessions what the hub does not know of its invoices",
  usage: `Usage: npm run hub -- reconcile --data DIR --tenant ID --from WHEN [--to WHEN] [--dry-run]

Compares the sessions KSeF has of a company with the hub's ledger, as after a backup was restored. Nothing is sent. An
invoice that KSeF has and the hub knows nothing of gets its KSeF number and its receipt. What only one side knows is
listed: "unknown" is in KSeF and not in the hub, "missing" is accepted in the hub and not in KSeF's session.

  --tenant ID   the company, as "tenant list" shows it
  --from, --to  sessions begun then: a day in Poland (2026-02-01), or an instant with its offset; --to is now if left out
  --dry-run     only says what would be recovered
${dataUsage}
Of a running hub, POST /v1/reconcile does the same. KSeF lets the lists of 200 sessions be read in an hour; the command
waits for its turn, and Ctrl+C ends it with the --from to go on with.

Exit code: 0 all is explained, 1 something is not or it ended early, 2 wrong usage, or the folder is in use.`,
  async run(args) {
    const { values, positionals } = optionsOf(args, options);
    refusePositionals(positionals);
    const tenant = need("tenant", values.tenant);
    const { dryRun, ...period } = orderFrom(need("from", values.from), values.to, values["dry-run"]);
    let explained = false;
    await orByApi(values.data, "POST /v1/reconcile", async (engine) => {
      if ((await engine.tenants.get(tenant)) === undefined)
        throw new HubError("hub.config", `There is no tenant ${tenant}.`);
      const result = await withInterrupt((signal) =>
        reconcileWith(engine, tenant, {
          ...period,
          dryRun,
          alone: engine.alone,
          signal,
          onProgress: tellProgress,
          onFinding: (finding) => console.log(line(finding)),
        }),
      );
      console.log(summary(result, dryRun));
      const { unknown, missing, failed } = result.findings;
      explained = result.next === undefined && unknown + missing + failed === 0;
    });
    return explained ? 0 : 1;
  },
};

function orderFrom(from: string, to: string | undefined, dryRun: boolean): ReconcileOrder {
  const parsed = ReconcileOrder.safeParse({ from, to, dryRun });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new WrongUsage(`--${String(issue?.path[0])}: ${issue?.message}.`);
}

/** On standard error, so that the findings can go to a file. */
function tellProgress({ sessions, of, waitMs, code }: ReconcileProgress): void {
  const done = of === undefined ? "reading the list of sessions" : `${sessions} of ${of} sessions read`;
  if (waitMs !== undefined && code !== undefined)
    console.error(`${done}; waiting ${Math.ceil(waitMs / 1_000)} s: ${errorTable[code].title}`);
  else if (sessions % 20 === 0 || sessions === of) console.error(done);
}

function line({ what, session, id, number, ksefNumber, at, code }: Finding): string {
  const cells = [what.padEnd(10), ksefNumber ?? "-", printable(number ?? "-"), session, warsawTime(at)];
  return [...cells, id ?? "-", code ?? ""].join("  ").trimEnd();
}

/** An instant of KSeF as Poland's clocks show it. */
function warsawTime(at: string | undefined): string {
  const instant = Date.parse(at ?? "");
  return Number.isNaN(instant) ? "-" : format.format(instant);
}

const format = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "Europe/Warsaw",
  dateStyle: "short",
  timeStyle: "medium",
});

function summary(result: Reconciled, dryRun: boolean): string {
  const { sessions, skipped, invoices, findings, next, stoppedBy } = result;
  const rows: [string, number][] = [
    ["sessions read", sessions],
    ["sessions skipped", skipped],
    ["invoices read", invoices],
    ...Object.entries(findings),
  ];
  const table = rows.map(([name, count]) => `${name.padEnd(16)}  ${String(count).padStart(8)}`);
  const how = dryRun ? ["Nothing is changed."] : [];
  const end = next === undefined ? [] : [`Ended early: ${why(stoppedBy)}. Go on with --from ${iso(next)}`];
  return ["", ...table, ...how, ...end].join("\n");
}

function why(stoppedBy: Reconciled["stoppedBy"]): string {
  return stoppedBy === undefined || stoppedBy === "signal" ? "interrupted" : titleOf(stoppedBy);
}

const titleOf = (code: ErrorCode): string => errorTable[code].title;
const iso = (at: number): string => new Date(at).toISOString();
