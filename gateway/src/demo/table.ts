import { styleText } from "node:util";
import { isDone, printable, type Row, type RowState } from "./row.ts";

export interface Space {
  /** Of the terminal, in characters and lines. */
  columns: number;
  lines: number;
  /** Colours, and dim or bold text. */
  colour: boolean;
}

type Style = Parameters<typeof styleText>[0];

const styles: Record<RowState, Style> = {
  waiting: "dim",
  received: "cyan",
  ready: "cyan",
  sending: "yellow",
  sent: "yellow",
  accepted: "blue",
  reported: "green",
  held: "red",
  rejected: "red",
  dead: "red",
  refused: "red",
};

/**
 * The rows as a table with a line of totals, never wider or higher than the space: columns that are not needed to tell
 * the rows apart make room for the KSeF number, and finished rows make room for those that move.
 */
export function renderTable(rows: Row[], { columns, lines, colour }: Space): string {
  const paint = (style: Style, text: string) =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  const shown = fitting(rows, lines - 4);
  const layout = fit(shown, columns);
  const body = shown.map((row) => {
    const cells = layout.map(({ read, width, right }) => pad(read(row), width, right));
    const rest = clip(last(row), columns - layout.reduce((sum, { width }) => sum + width + 2, 2));
    const state = layout.findIndex(({ title }) => title === "State");
    if (state >= 0) cells[state] = paint(styles[row.state], cells[state] ?? "");
    const detail = row.ksefNumber === undefined && isDone(row) ? paint("red", rest) : rest;
    return `${paint(styles[row.state], mark(row))} ${[...cells, detail].join("  ")}`.trimEnd();
  });
  const titles = layout.map(({ title, width, right }) => pad(title, width, right));
  return [
    paint("dim", clip(`  ${[...titles, "KSeF number"].join("  ")}`, columns)),
    ...body,
    "",
    totals(rows),
  ]
    .map((line) => (colour ? line : line.trimEnd()))
    .join("\n");
}

interface Column {
  title: string;
  width: number;
  right?: boolean;
  read: (row: Row) => string;
}

/** A KSeF number. */
const widestLast = 35;

function fit(rows: Row[], columns: number): Column[] {
  const column = (title: string, most: number, read: Column["read"]): Column => {
    const width = Math.max(0, ...rows.map((row) => read(row).length));
    return { title, read, width: width === 0 ? 0 : Math.min(most, Math.max(title.length, width)) };
  };
  let layout = [
    column("File", 28, ({ file }) => printable(file ?? "")),
    column("Number", 24, ({ number }) => printable(number ?? "")),
    column("Kind", 7, ({ kind }) => kind ?? ""),
    { ...column("Gross", 20, ({ gross }) => gross ?? ""), right: true },
    column("State", 8, ({ state }) => state),
  ].filter(({ width }) => width > 0);
  const named = layout[0]?.title === "File" ? ["Number", "Kind", "Gross"] : ["Kind", "Gross"];
  for (const title of named) {
    if (layout.reduce((sum, { width }) => sum + width + 2, 2) + widestLast <= columns) break;
    layout = layout.filter((candidate) => candidate.title !== title);
  }
  return layout;
}

function fitting(rows: Row[], room: number): Row[] {
  if (rows.length <= room) return rows;
  const moving = rows.filter((row) => !isDone(row) && row.state !== "waiting");
  const failed = rows.filter((row) => isDone(row) && row.state !== "reported");
  const waiting = rows.filter(({ state }) => state === "waiting");
  const through = rows.filter(({ state }) => state === "reported").toReversed();
  const chosen = new Set([...moving, ...failed, ...waiting, ...through].slice(0, Math.max(1, room)));
  return rows.filter((row) => chosen.has(row));
}

function totals(rows: Row[]): string {
  const counts = [...Map.groupBy(rows, ({ state }) => state)].map(
    ([state, group]) => `${group.length} ${state}`,
  );
  return `  ${rows.length} ${rows.length === 1 ? "invoice" : "invoices"}: ${counts.join(", ")}`;
}

function mark(row: Row): string {
  if (!isDone(row)) return "·";
  return row.state === "reported" ? "✔" : "✖";
}

const last = (row: Row): string => row.ksefNumber ?? printable(row.reason ?? "");

const pad = (text: string, width: number, right = false): string =>
  right ? clip(text, width).padStart(width) : clip(text, width).padEnd(width);

const clip = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
