import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readScenario, scenarioNames } from "../src/admin/scenario.ts";

/** Where the scenarios are listed. */
export const place = new URL("../../docs/sandbox.md", import.meta.url);

const [begin, end] = [
  "<!-- scenarios: node sandbox/scripts/scenario-table.ts -->\n",
  "<!-- end -->",
] as const;

/** The document with the table of scenarios as they are now. */
export function withScenarios(document: string): string {
  const [before, rest = ""] = document.split(begin);
  const [, after] = rest.split(end);
  if (after === undefined)
    throw new Error("docs/sandbox.md has lost the marks around its table of scenarios.");
  const rows = scenarioNames().map((name) => [`\`${name}\``, readScenario(name).description]);
  return `${before}${begin}\n${table(["Scenario", "What happens"], rows)}\n${end}${after}`;
}

function table(head: string[], rows: string[][]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: string[], filler = " "): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, filler)).join(" | ")} |\n`;
  return [
    line(head),
    line(
      head.map(() => ""),
      "-",
    ),
    ...rows.map((row) => line(row)),
  ].join("");
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(place, withScenarios(readFileSync(place, "utf8")));
