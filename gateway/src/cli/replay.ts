import { type Engine, HubError, replayAll, ReplayFilter, type Replayed, warsawDate } from "@ksef-hub/core";
import * as z from "zod";
import { type Command, need, optionsOf, refusePositionals, WrongUsage } from "./command.ts";
import { orByApi } from "./explain.ts";
import { withInterrupt } from "./interrupt.ts";
import { dataOption, dataUsage, onEngine } from "./on-engine.ts";
import { jsonLine, printable } from "./terminal.ts";

const text = { type: "string" } as const;
const flag = { type: "boolean", default: false } as const;
const filterOptions = {
  state: text,
  code: text,
  from: text,
  to: text,
  "created-from": text,
  "created-to": text,
  "number-prefix": text,
  kind: text,
};
const options = { ...dataOption, ...filterOptions, tenant: text, limit: text, after: text, "dry-run": flag };

/** Takes up again what was held or is dead. */
export const replay: Command = {
  name: "replay",
  summary: "takes up again the invoices of a company that are held or dead",
  usage: `Usage: npm run hub -- replay --data DIR --tenant ID [--state held,dead] [--code CODE,CODE] [--from WHEN] [--to WHEN]
           [--created-from WHEN] [--created-to WHEN] [--number-prefix TEXT] [--kind VAT] [--limit N]
           [--after PLACE] [--dry-run]

Takes up again the invoices of a company that are held or dead, the longest stopped first, one a line, and counts them.
The hub goes on with them when it starts. What KSeF has rejected stays rejected.

  --tenant ID           the company, as "tenant list" shows it
  --state held,dead     only those; both when left out
  --code CODE,CODE      only those that stopped for it, such as ksef.forbidden
  --from, --to WHEN     only those that stopped then: a day in Poland (2026-02-01), or an instant with its offset
  --created-from, --created-to WHEN  only those that came in then
  --number-prefix TEXT  only those whose number begins so
  --kind KIND           only those of this kind (RodzajFaktury)
  --limit N             looks at no more than so many stopped invoices
  --after PLACE         goes on where the limit or Ctrl+C ended the run before
  --dry-run             only says what would be replayed
${dataUsage}
Of a running hub, POST /v1/invoices/replay does the same.

Exit code: 0 done, 1 some could not be replayed, 2 wrong usage, or the folder is in use.`,
  async run(args) {
    const { values, positionals } = optionsOf(args, options);
    refusePositionals(positionals);
    const tenant = need("tenant", values.tenant);
    const filter = filterFrom(values);
    const limit = values.limit === undefined ? undefined : wholeNumber(values.limit);
    const dryRun = values["dry-run"];
    let failed = false;
    await orByApi(values.data, "POST /v1/invoices/replay", async (engine) => {
      if ((await engine.tenants.get(tenant)) === undefined)
        throw new HubError("hub.config", `There is no tenant ${tenant}.`);
      const counts = await withInterrupt((signal) =>
        replayAll(engine, tenant, filter, {
          dryRun,
          limit,
          after: values.after,
          signal,
          onProgress: ({ id, state, updatedAt, invoice, problem }, outcome) => {
            const cells = [outcome.padEnd(8), state.padEnd(4), warsawDate(updatedAt), id];
            console.log([...cells, printable(invoice.number), problem?.code ?? ""].join("  "));
          },
        }),
      );
      console.log(summary(counts, dryRun));
      failed = Object.keys(counts.failed).length > 0;
    });
    return failed ? 1 : 0;
  },
};

/** Lists the bells that nobody could answer. */
export const deadLettersList: Command = {
  name: "dead-letters list",
  summary: "lists the jobs of the queue that failed too often",
  usage: `Usage: npm run hub -- dead-letters list --data DIR

Lists the jobs of the queue that failed too often, of all companies: id, attempts and the job as JSON, one a line. The
invoice of such a job is not lost: the sweep of the hub finds it. At most 1,000 are listed.

${dataUsage}`,
  run(args) {
    const { values, positionals } = optionsOf(args, dataOption);
    refusePositionals(positionals);
    return onEngine(values.data, async ({ queue }) => {
      for (const { id, attempts, job } of await queue.deadLetters(1_000))
        console.log(`${id}\t${attempts}\t${jsonLine(job)}`);
    });
  },
};

/** Puts them back into the queue. */
export const deadLettersRedrive: Command = {
  name: "dead-letters redrive",
  summary: "puts jobs that failed too often back into the queue",
  usage: `Usage: npm run hub -- dead-letters redrive --data DIR (ID... | --all)

Puts jobs that failed too often back into the queue; the hub does them when it starts.

  ID     of the job, as "dead-letters list" shows it
  --all  all there are
${dataUsage}

Exit code: 0 done, 1 there is no such job, 2 wrong usage, or the folder is in use.`,
  async run(args) {
    const { values, positionals } = optionsOf(args, { ...dataOption, all: flag });
    if (values.all === positionals.length > 0) throw new WrongUsage("Name jobs by their id, or give --all.");
    let missing = false;
    await onEngine(values.data, async ({ queue }) => {
      const redriven = values.all ? await redriveAll(queue) : await redriveEach(queue, positionals);
      missing = !values.all && redriven < positionals.length;
      console.log(`${redriven} back in the queue.`);
    });
    return missing ? 1 : 0;
  },
};

/** The options as the filter of the API. */
function filterFrom(values: Partial<Record<keyof typeof filterOptions, string>>): ReplayFilter {
  const given = {
    states: values.state?.split(","),
    codes: values.code?.split(","),
    stoppedFrom: values.from,
    stoppedTo: values.to,
    createdFrom: values["created-from"],
    createdTo: values["created-to"],
    numberPrefix: values["number-prefix"],
    kind: values.kind,
  };
  const parsed = ReplayFilter.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path[0] as keyof typeof given;
  throw new WrongUsage(`--${optionOf[field]}: ${issue?.message}.`);
}

const optionOf: Record<keyof ReplayFilter, keyof typeof filterOptions> = {
  states: "state",
  codes: "code",
  stoppedFrom: "from",
  stoppedTo: "to",
  createdFrom: "created-from",
  createdTo: "created-to",
  numberPrefix: "number-prefix",
  kind: "kind",
};

function wholeNumber(value: string): number {
  const parsed = z.coerce.number().int().min(1).safeParse(value);
  if (!parsed.success) throw new WrongUsage(`--limit is a whole number from 1, not "${value}".`);
  return parsed.data;
}

function summary({ matched, replayed, skipped, failed, next }: Replayed, dryRun: boolean): string {
  const failures = Object.entries(failed).map(([code, count]) => `${count} ${code}`);
  const done = [
    `${replayed} replayed`,
    ...(skipped > 0 ? [`${skipped} taken up by somebody else`] : []),
    ...(failures.length > 0 ? [`failed: ${failures.join(", ")}`] : []),
  ];
  const counts = dryRun ? "nothing is changed" : done.join(", ");
  return `${matched} match: ${counts}.${next === undefined ? "" : ` There may be more: --after ${next}`}`;
}

/** Those that cannot be listed at once come with the next look. */
async function redriveAll(queue: Engine["queue"]): Promise<number> {
  let redriven = 0;
  for (;;) {
    const letters = await queue.deadLetters(1_000);
    const done = await redriveEach(
      queue,
      letters.map(({ id }) => id),
    );
    if (done === 0) return redriven;
    redriven += done;
  }
}

async function redriveEach(queue: Engine["queue"], ids: readonly string[]): Promise<number> {
  let redriven = 0;
  for (const id of ids) if (await queue.redrive(id)) redriven += 1;
  return redriven;
}
