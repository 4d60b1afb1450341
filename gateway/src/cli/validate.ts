import { HubError } from "@ksef-hub/core";
import { validate as judge } from "@ksef-hub/core/fa3";
import { type Command, optionsOf, WrongUsage } from "./command.ts";
import { bytesOf, faultsOf, FileFailure, isJson, written } from "./document.ts";
import { faultTable } from "./fault-table.ts";
import { languageFrom, type WordedFault, worded, words } from "./language.ts";
import { jsonLine, printable } from "./terminal.ts";
import { ruleCodes } from "./rule-codes.ts";

const text = { type: "string" } as const;
const flag = { type: "boolean", default: false } as const;
const options = { json: flag, lang: text, strict: text, production: flag, offline: flag };

/** Judges files as the hub does before it sends them. */
export const validate: Command = {
  name: "validate",
  summary: "says what KSeF, the law or good sense has against invoices",
  usage: `Usage: npm run hub -- validate FILE... [--json] [--lang pl|en] [--strict CODE,CODE] [--production] [--offline]

Says what KSeF, the law or good sense has against FA(3) documents (XML), or against invoices of our model (.json), which
are filled in and written first. The rules are in docs/fa3.md.

  --json              one line a file: {file, valid, faults: [{code, severity, path, line, message}]}
  --lang pl|en        the language of the messages; by the locale when left out
  --strict CODE,CODE  warnings that are to be errors
  --production        by the rules of KSeF's production environment, which checks more than the others
  --offline           never asks the National Bank of Poland for an exchange rate (.json only)

Exit code: 0 all are valid, 1 one is not, 2 wrong usage, or a file that could not be read or judged.`,
  async run(args) {
    const { values, positionals: files } = optionsOf(args, options);
    if (files.length === 0) throw new WrongUsage("Name at least one file.");
    const language = languageFrom(values.lang);
    const settings = { production: values.production, strict: ruleCodes(values.strict) };

    let exitCode = 0;
    for (const file of files) {
      const verdict = await verdictOn(file, settings, values.offline);
      const { faults, unjudged } = verdict;
      const valid = unjudged === undefined && faults.every(({ severity }) => severity !== "error");
      if (!valid) exitCode = Math.max(exitCode, unjudged === undefined ? 1 : 2);
      if (unjudged !== undefined)
        console.error(
          `✘ ${printable(file)}: ${words[language][unjudged]}: ${printable(faults[0]?.message ?? "")}`,
        );
      if (values.json) console.log(jsonLine({ file, valid, faults: faults.map(shown) }));
      else if (unjudged === undefined)
        process.stdout.write(faultTable(file, faults, language, process.stdout));
    }
    return exitCode;

    function shown(fault: WordedFault) {
      const { code, severity, path, line } = fault;
      return { code, severity, path, line, message: worded(fault, language).message };
    }
  },
};

interface Verdict {
  faults: readonly WordedFault[];
  /** Why there is no judgement; the reason is the one fault. */
  unjudged?: "unreadable" | "unjudged";
}

async function verdictOn(
  file: string,
  settings: { production: boolean; strict: string[] },
  offline: boolean,
): Promise<Verdict> {
  try {
    const bytes = await bytesOf(file);
    return { faults: judge(isJson(file) ? await written(bytes, { offline }) : bytes, settings) };
  } catch (error) {
    const faults = faultsOf(error);
    if (faults !== undefined) return { faults };
    if (error instanceof FileFailure) return without("unreadable", "file.unreadable", error);
    if (error instanceof HubError && error.outage) return without("unjudged", error.code, error);
    throw error;
  }
}

const without = (unjudged: "unreadable" | "unjudged", code: string, { message }: Error): Verdict => ({
  unjudged,
  faults: [{ code, severity: "error", message }],
});
