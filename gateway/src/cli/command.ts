import { readFileSync } from "node:fs";
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { HubError } from "@ksef-hub/core";

/** One command of `npm run hub`. */
export interface Command {
  /** One or two words, such as `tenant add`. */
  name: string;
  /** What it does, in a line for the overview. */
  summary: string;
  /** What `--help` prints. */
  usage: string;
  /** Answers with the exit code. Throws WrongUsage, or a HubError for what keeps it from working at all. */
  run: (args: string[]) => Promise<number>;
}

/** The command line is not one we understand. */
export class WrongUsage extends Error {
  override readonly name = "WrongUsage";
}

/** The options and files of a command. */
export function optionsOf<const Options extends ParseArgsOptionsConfig>(args: string[], options: Options) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (cause) {
    const [sentence = ""] = (cause instanceof Error ? cause.message : String(cause)).split(". ");
    throw new WrongUsage(`${sentence}.`, { cause });
  }
}

/** A value that must be there, by the name of its option. */
export function need(option: string, value: string | undefined): string {
  if (value !== undefined && value !== "") return value;
  throw new WrongUsage(`--${option} is missing.`);
}

/** For commands that take options only. */
export function refusePositionals(positionals: string[]): void {
  if (positionals.length > 0) throw new WrongUsage(`"${positionals.join(" ")}" is one word too many.`);
}

/** The text of a file that an option names. */
export function textIn(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new HubError("hub.config", `${path} cannot be read.`, { cause });
  }
}
