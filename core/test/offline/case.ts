import { sendingDeadline, type OfflineInvoice, type Outage } from "../../src/offline/deadline.ts";

/** One row of a table: an offline invoice, the outages there were, and its deadline by hand: a date, `open` or `none`. */
export type Case = [mode: OfflineInvoice["mode"], issuedAt: string, outages: Outage[], expected: string];

export const at = (time: string): number => Date.parse(time);

export const outage = (kind: Outage["kind"], startedAt: string, endedAt?: string): Outage => ({
  kind,
  startedAt: at(startedAt),
  endedAt: endedAt === undefined ? undefined : at(endedAt),
});

/** The issue date of these invoices is the day written in their time of issue, which has Poland's offset. */
export function deadlineOf([mode, issuedAt, outages]: Case): string {
  const invoice = { mode, issueDate: issuedAt.slice(0, 10), issuedAt: at(issuedAt) };
  const deadline = sendingDeadline(invoice, outages);
  return deadline.state === "set" ? deadline.date : deadline.state;
}
