import { fa3Rules } from "@ksef-hub/core/fa3";
import { WrongUsage } from "./command.ts";

/** The value of --strict: codes of rules, with commas between them. */
export function ruleCodes(list = ""): string[] {
  const codes = list.split(",").filter((code) => code !== "");
  const unknown = codes.filter((code) => !fa3Rules.some((rule) => rule.code === code));
  if (unknown.length > 0) throw new WrongUsage(`--strict: there is no rule ${unknown.join(", ")}.`);
  return codes;
}
