import { styleText } from "node:util";
import { type Language, type WordedFault, worded, words } from "./language.ts";
import { printable } from "./terminal.ts";

/** Where the table goes: whether it takes colours. */
export type Stream = NodeJS.WriteStream;

/** A heading with ✔ or ✘ and, below it, the faults with their advice. */
export function faultTable(
  file: string,
  faults: readonly WordedFault[],
  language: Language,
  stream: Stream,
): string {
  const { columns, ...text } = words[language];
  const colour = (style: Style, content: string): string => styleText(style, content, { stream });
  const errors = faults.filter(({ severity }) => severity === "error").length;
  const warnings = faults.length - errors;
  const counts = [
    ...(errors > 0 ? [text.errors(errors)] : [text.valid]),
    ...(warnings > 0 ? [text.warnings(warnings)] : []),
  ];
  const mark = errors > 0 ? colour("red", "✘") : colour("green", "✔");
  const heading = `${mark} ${colour("bold", printable(file))}: ${counts.join(", ")}\n`;
  if (faults.length === 0) return heading;

  const rows = faults.map((fault) => cellsOf(fault, language));
  const widths = columns.map((title, index) =>
    rows.reduce((widest, { cells }) => Math.max(widest, cells[index]?.length ?? 0), title.length),
  );
  const line = (cells: readonly string[], style: Style = "dim"): string => {
    const [severity = "", ...others] = cells.map((cell, index) =>
      index === cells.length - 1 ? cell : cell.padEnd(widths[index] ?? 0),
    );
    return `  ${colour(style, severity)}  ${others.join("  ")}\n`;
  };
  const indent = " ".repeat((widths[0] ?? 0) + 4);
  const body = rows.map(({ cells, severity, advice }) => {
    const below = advice === "" ? "" : `${indent}→ ${advice}\n`;
    return line(cells, severity === "error" ? "red" : "yellow") + below;
  });
  return heading + line(columns) + body.join("");
}

type Style = "red" | "green" | "yellow" | "bold" | "dim";

function cellsOf(fault: WordedFault, language: Language) {
  const { message, advice } = worded(fault, language);
  const { severity, code, line, path } = fault;
  const cells = [
    words[language][severity],
    code,
    line === undefined ? "" : String(line),
    path ?? "",
    message,
  ];
  return { cells: cells.map((cell) => printable(cell)), severity, advice: printable(advice) };
}
