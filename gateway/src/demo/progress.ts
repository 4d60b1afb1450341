import type { WriteStream } from "node:tty";
import { createLogUpdate } from "log-update";
import { nameOf, printable, type Row } from "./row.ts";
import { renderTable } from "./table.ts";

/** Shows how far the invoices have come. */
export interface Progress {
  /** Something about the rows has changed. */
  show(rows: Row[]): void;
  /** Runs `write`, which writes to the same terminal, without damage to what is on it. */
  aside(write: () => void): void;
  /** The last word; nothing is redrawn after it. */
  done(rows: Row[]): void;
}

/** On a terminal a table that is redrawn in place; elsewhere, and in CI, one line for each change of state. */
export function progressOn(out: WriteStream): Progress {
  return isLive(out) ? liveTable(out) : newsLines(out);
}

/** There is a person in front of it. */
export function isLive(out: WriteStream): boolean {
  return out.isTTY && process.env["CI"] === undefined && process.env["TERM"] !== "dumb";
}

function liveTable(out: WriteStream): Progress {
  const update = createLogUpdate(out);
  const render = (rows: Row[], lines: number) =>
    renderTable(rows, { columns: out.columns, lines, colour: out.hasColors() && !process.env["NO_COLOR"] });
  let drawn: Row[] | undefined;
  return {
    show(rows) {
      drawn = rows;
      update(render(rows, out.rows));
    },
    aside(write) {
      if (drawn === undefined) return write();
      update.clear();
      write();
      update(render(drawn, out.rows));
    },
    done(rows) {
      drawn = undefined;
      update.clear();
      update.done();
      out.write(`${render(rows, Number.POSITIVE_INFINITY)}\n`);
    },
  };
}

function newsLines(out: WriteStream): Progress {
  const said = new Map<Row, string>();
  const show = (rows: Row[]) => {
    const width = Math.max(...rows.map((row) => nameOf(row).length));
    for (const row of rows) {
      // The words of a reason may change with each attempt; that there is one is news only once.
      const news = `${row.state} ${row.reason === undefined}`;
      if (row.state === "waiting" || said.get(row) === news) continue;
      said.set(row, news);
      const rest = row.ksefNumber ?? printable(row.reason ?? "");
      out.write(`${nameOf(row).padEnd(width)}  ${row.state.padEnd(8)}  ${rest}`.trimEnd() + "\n");
    }
  };
  return { show, aside: (write) => write(), done: show };
}
