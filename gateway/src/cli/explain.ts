import {
  type Engine,
  type Explanation,
  explainNow,
  HubError,
  type Submission,
  warsawDate,
} from "@ksef-hub/core";
import { type Command, need, optionsOf, WrongUsage } from "./command.ts";
import { type Language, languageFrom } from "./language.ts";
import { dataOption, dataUsage, onEngine } from "./on-engine.ts";
import { jsonText, printable } from "./terminal.ts";

const text = { type: "string" } as const;
const options = { ...dataOption, tenant: text, number: text, lang: text, json: { type: "boolean" } } as const;

/** Answers "why is my invoice not there?". */
export const explain: Command = {
  name: "explain",
  summary: "says where an invoice is, why, and what comes next",
  usage: `Usage: npm run hub -- explain --data DIR --tenant ID (INVOICE | --number NUMBER) [--lang pl|en] [--json]

Says where an invoice is, why, and what comes next, and lists what has happened to it.

  INVOICE          its id in the hub
  --tenant ID      the company, as "tenant list" shows it
  --number NUMBER  or its number, such as FV/1: all invoices of the company are read for it, the newest first
  --lang pl|en     the language; by the locale when left out
  --json           prints [{id, number, state, actor, since, nextAt, en, pl}] as JSON
${dataUsage}
Of a running hub, GET /v1/invoices/INVOICE says the same.

Exit code: 0 found, 2 not found, wrong usage, or the folder is in use.`,
  run(args) {
    const { values, positionals } = optionsOf(args, options);
    const tenant = need("tenant", values.tenant);
    const { number } = values;
    const [id] = positionals;
    if (positionals.length > 1 || (id === undefined) === (number === undefined))
      throw new WrongUsage("Name one invoice, by its id or with --number.");
    const language = languageFrom(values.lang);
    return orByApi(values.data, "GET /v1/invoices/INVOICE", async (engine) => {
      const found: Found[] = [];
      const search = id === undefined ? numbered(engine, tenant, number) : identified(engine, tenant, id);
      for await (const submission of search)
        found.push({ submission, explanation: await explainNow(engine, submission) });
      if (found.length === 0)
        throw new HubError("submission.not-found", `${tenant} has no invoice ${id ?? number}.`);
      if (values.json) process.stdout.write(jsonText(found.map(view)));
      else console.log(found.map((one) => inWords(one, language)).join("\n\n"));
    });
  },
};

/** Runs `work` on the hub's folder; when the hub is running on it, says which call of its API does the same. */
export async function orByApi(
  folder: string | undefined,
  call: string,
  work: (engine: Engine) => Promise<void>,
): Promise<number> {
  try {
    return await onEngine(folder, work);
  } catch (thrown) {
    if (!(thrown instanceof HubError) || thrown.code !== "storage.locked") throw thrown;
    const message = `The hub is running on it. Use its API, ${call}, or stop the hub first.`;
    throw new HubError("storage.locked", message, { cause: thrown });
  }
}

async function* identified({ submissions }: Engine, tenant: string, id: string): AsyncGenerator<Submission> {
  const stored = await submissions.get({ tenant, id });
  if (stored !== undefined) yield stored.value;
}

async function* numbered(
  { submissions }: Engine,
  tenant: string,
  number: string | undefined,
): AsyncGenerator<Submission> {
  for (let after: string | undefined; ;) {
    const page = await submissions.list(tenant, 200, after);
    yield* page.submissions.filter(({ invoice }) => invoice.number === number);
    if (page.next === undefined) return;
    after = page.next;
  }
}

interface Found {
  submission: Submission;
  explanation: Explanation;
}

function view({ submission: { id, state, invoice }, explanation: { since, nextAt, ...told } }: Found) {
  return { id, number: invoice.number, state, ...told, since: iso(since), nextAt: nextAt && iso(nextAt) };
}

const iso = (at: number): string => new Date(at).toISOString();

function inWords({ submission, explanation }: Found, language: Language): string {
  const { summary, next } = explanation[language];
  const events = submission.timeline.map(({ at, state, message, messagePl, times = 1 }) => {
    const words = language === "pl" ? (messagePl ?? message) : message;
    const often = times > 1 ? ` (${times}×)` : "";
    return `  ${warsawDate(at)} ${timeOfDay.format(at)}  ${state.padEnd(8)}  ${printable(words)}${often}`;
  });
  return [printable(summary), `→ ${printable(next)}`, "", ...events].join("\n");
}

const timeOfDay = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Warsaw", timeStyle: "medium" });
