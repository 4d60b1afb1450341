import { writeFile } from "node:fs/promises";
import { fa3Rules, fromFa3, schemaFaults, validate } from "@ksef-hub/core/fa3";
import { type Command, optionsOf, WrongUsage } from "./command.ts";
import { bytesOf, faultsOf, FileFailure, isJson, written } from "./document.ts";
import { faultTable } from "./fault-table.ts";
import { languageFrom, type WordedFault } from "./language.ts";
import { jsonText, xmlForTerminal } from "./terminal.ts";

const text = { type: "string" } as const;
const flag = { type: "boolean", default: false } as const;
const options = { out: text, force: flag, offline: flag, production: flag, lang: text };

/** Our model to FA(3), and FA(3) to our model. */
export const convert: Command = {
  name: "convert",
  summary: "makes FA(3) XML of an invoice in JSON, or JSON of an FA(3) document",
  usage: `Usage: npm run hub -- convert FILE [--out FILE [--force]] [--offline] [--production] [--lang pl|en]

FILE.json  an invoice of our model (docs/fa3.md): filled in, written as FA(3) XML and validated
FILE.xml   an FA(3) document, or an FA(2) document from before February 2026: its model as JSON

  --out FILE      where to write; the standard output when left out
  --force         overwrites FILE
  --offline       never asks the National Bank of Poland for an exchange rate
  --production    by the rules of KSeF's production environment
  --lang pl|en    the language of the messages; by the locale when left out

Exit code: 0 converted, 1 the invoice is not valid and nothing is written, 2 wrong usage, or a file that could not be
read or written.`,
  async run(args) {
    const { values, positionals } = optionsOf(args, options);
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) throw new WrongUsage("Name one file.");
    const language = languageFrom(values.lang);
    const { faults, result } = await conversionOf(file, values);
    const failed = faults.some(({ severity }) => severity === "error");
    if (faults.length > 0) process.stderr.write(faultTable(file, faults, language, process.stderr));
    if (failed || result === undefined) return 1;
    await write(result, values);
    return 0;
  },
};

interface Conversion {
  faults: readonly WordedFault[];
  result?: string;
}

async function conversionOf(
  file: string,
  { offline, production }: { offline: boolean; production: boolean },
): Promise<Conversion> {
  try {
    const bytes = await bytesOf(file);
    if (!isJson(file)) return modelOf(bytes);
    const xml = await written(bytes, { offline });
    return { faults: validate(xml, { production }), result: new TextDecoder().decode(xml) };
  } catch (error) {
    const faults = faultsOf(error);
    if (faults !== undefined) return { faults };
    throw error;
  }
}

/** A document the schema refuses could lose what we do not find; one that breaks a rule is converted all the same. */
function modelOf(bytes: Uint8Array): Conversion {
  let faults: WordedFault[] = validate(bytes).filter(({ code }) => !ruleCodes.has(code));
  if (faults[0]?.code === "fa3.form") {
    fromFa3(bytes); // throws what it is, unless it is FA(2)
    faults = schemaFaults(bytes, "FA (2)").map((fault) => ({ ...fault, severity: "error" }));
  }
  return faults.length > 0 ? { faults } : { faults, result: jsonText(fromFa3(bytes)) };
}

const ruleCodes: ReadonlySet<string> = new Set(fa3Rules.map(({ code }) => code));

async function write(content: string, { out, force }: { out?: string | undefined; force: boolean }) {
  if (out === undefined)
    return void process.stdout.write(process.stdout.isTTY ? xmlForTerminal(content) : content);
  try {
    await writeFile(out, content, { flag: force ? "w" : "wx" });
  } catch (cause) {
    const exists = cause instanceof Error && "code" in cause && cause.code === "EEXIST";
    const reason = exists ? "exists; --force overwrites it" : "cannot be written";
    throw new FileFailure(`${out} ${reason}.`, { cause });
  }
}
