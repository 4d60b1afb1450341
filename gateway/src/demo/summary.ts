import { isAbsolute, relative, resolve } from "node:path";
import { styleText } from "node:util";
import type { Engine } from "@ksef-hub/core";
import { exportInvoice } from "../export.ts";
import { isDone, nameOf, printable, type Row } from "./row.ts";

export interface SummaryOptions {
  rows: Row[];
  engine: Engine;
  /** Root of the API. */
  url: string;
  /** Documents and receipts are written there, for a look. */
  files: string;
  out: NodeJS.WriteStream;
}

/** For each invoice with a KSeF number: where its XML and its receipt are, on the API and on the disk. */
export async function summary({ rows, engine, url, files, out }: SummaryOptions): Promise<string> {
  const bold = (text: string) => styleText("bold", text, { stream: out });
  const dim = (text: string) => styleText("dim", text, { stream: out });
  const through = rows.filter(({ state }) => state === "reported").length;
  const invoices = `${rows.length} ${rows.length === 1 ? "invoice" : "invoices"}`;
  const blocks = [bold(`${through} of ${invoices} have their KSeF number and their receipt (UPO).`)];
  for (const row of rows) {
    if (row.id === undefined || row.ksefNumber === undefined) continue;
    const { tenant, id } = row;
    const submission = (await engine.submissions.get({ tenant, id }))?.value;
    if (submission === undefined) continue;
    blocks.push(`${bold(nameOf(row))}  ${row.ksefNumber}`, `  ${dim("XML")}    ${url}/v1/invoices/${id}/xml`);
    if (submission.receipt !== undefined) blocks.push(`  ${dim("UPO")}    ${url}/v1/invoices/${id}/upo`);
    blocks.push(`  ${dim("Files")}  ${place(await exportInvoice(engine, submission, files))}/`);
  }
  return `${blocks.join("\n")}\n`;
}

/** A path as a person would type it here. */
export function place(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith("..") || isAbsolute(near) ? resolve(path) : near || ".";
}

/** For each invoice that is not through: its number and the reason. */
export function failures(rows: Row[]): string[] {
  return rows
    .filter(({ state }) => state !== "reported")
    .map((row) => {
      const why = row.reason === undefined ? "" : `: ${printable(row.reason)}`;
      return `${nameOf(row)} is ${isDone(row) ? row.state : `not done (${row.state})`}${why}`;
    });
}
