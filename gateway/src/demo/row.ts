import { restingStates, type State } from "@ksef-hub/core";
import type { InvoiceView } from "./client.ts";

/** A state of the hub; or `waiting` before it was handed in, or `refused` when the hub (or the disk) said no. */
export type RowState = State | "waiting" | "refused";

/** An invoice of the demo and how far it has come. */
export interface Row {
  tenant: string;
  /** Where it comes from, when that is a file. */
  file?: string;
  number?: string;
  kind?: string;
  /** With currency: `12 300.00 PLN`. */
  gross?: string;
  state: RowState;
  /** The id of its submission. */
  id?: string | undefined;
  ksefNumber?: string;
  /** Why it is not further. */
  reason?: string;
}

/** Takes over what the API says. */
export function updateRow(row: Row, { id, state, invoice, ksefNumber, problem }: InvoiceView): void {
  Object.assign(row, { id, state, number: invoice.number, kind: invoice.kind, gross: money(invoice) });
  if (ksefNumber !== undefined) row.ksefNumber = ksefNumber;
  delete row.reason;
  if (problem !== undefined && state !== "reported") row.reason = problem.message;
}

/** Nothing more happens by itself. */
export function isDone({ state }: Row): boolean {
  return state === "refused" || (restingStates as readonly string[]).includes(state);
}

/** What a person calls it. */
export function nameOf({ file, number }: Row): string {
  if (file === undefined) return printable(number ?? "?");
  return number === undefined ? printable(file) : `${printable(file)} (${printable(number)})`;
}

/** Numbers, names and messages come from documents: a control character must not reach the terminal. */
export function printable(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll(/[\p{Cc}\p{Cf}]/gu, "?");
}

function money({ gross, currency }: InvoiceView["invoice"]): string {
  const [whole = "", cents = ""] = gross.split(".");
  return `${whole.replaceAll(/\B(?=(\d{3})+$)/g, " ")}.${cents.padEnd(2, "0")} ${currency}`;
}
