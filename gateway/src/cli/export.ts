import { type Engine, HubError, type Submission } from "@ksef-hub/core";
import * as z from "zod";
import { exportInvoice } from "../export.ts";
import { type Command, need, optionsOf, WrongUsage } from "./command.ts";
import { dataOption, dataUsage, onEngine } from "./on-engine.ts";
import { printable } from "./terminal.ts";

const text = { type: "string" } as const;

/** Writes documents and receipts out as files. */
export const exportFiles: Command = {
  name: "export",
  summary: "writes the invoices of a company and their receipts (UPO) as files",
  usage: `Usage: npm run hub -- export FOLDER --data DIR --tenant ID [--from DAY] [--until DAY]

Writes the FA(3) document of each invoice, its receipt (UPO) and, where it was handed in as JSON, that: into a folder of
its own, MONTH/NUMBER_KSEFNUMBER, below FOLDER. One line for each invoice. It can be run again at any time.

  --tenant ID   the company, as "tenant list" shows it
  --from DAY    only invoices issued on that day (2026-02-01) or later
  --until DAY   only invoices issued on that day or before
${dataUsage}

Exit code: 0 done, 1 the archive lacks a file, 2 wrong usage, or the folder is in use.`,
  async run(args) {
    const { values, positionals } = optionsOf(args, { ...dataOption, tenant: text, from: text, until: text });
    const [folder, ...more] = positionals;
    if (folder === undefined || more.length > 0) throw new WrongUsage("Name the one folder to write to.");
    const tenant = need("tenant", values.tenant);
    const from = dayOf("from", values.from) ?? "";
    const until = dayOf("until", values.until) ?? "9999";
    let lacking = 0;
    await onEngine(values.data, async (engine) => {
      if ((await engine.tenants.get(tenant)) === undefined)
        throw new HubError("hub.config", `There is no tenant ${tenant}.`);
      let written = 0;
      for await (const submission of allOf(engine, tenant)) {
        const { id, invoice } = submission;
        if (invoice.issueDate < from || invoice.issueDate > until) continue;
        try {
          console.log(printable(await exportInvoice(engine, submission, folder)));
          written += 1;
        } catch (error) {
          if (!(error instanceof HubError)) throw error;
          console.error(`${id}  ${printable(invoice.number)}  ${error.title}: ${printable(error.message)}`);
          lacking += 1;
        }
      }
      console.log(`${written} invoices written${lacking > 0 ? `, ${lacking} not` : ""}.`);
    });
    return lacking > 0 ? 1 : 0;
  },
};

/** The newest first. */
async function* allOf({ submissions }: Engine, tenant: string): AsyncGenerator<Submission> {
  for (let after: string | undefined; ;) {
    const page = await submissions.list(tenant, 100, after);
    yield* page.submissions;
    if (page.next === undefined) return;
    after = page.next;
  }
}

function dayOf(option: string, value: string | undefined): string | undefined {
  if (value === undefined || z.iso.date().safeParse(value).success) return value;
  throw new WrongUsage(`--${option} is a day such as 2026-02-01, not "${value}".`);
}
