import { addWorkingDays } from "../calendar.ts";
import { warsawDate } from "../warsaw.ts";
import { endOfDay } from "./midnight.ts";

/** Announced by the Ministry. Instants are in milliseconds since 1970; without `endedAt` it goes on. */
export interface Outage {
  /** Niedostępność, awaria, awaria całkowita. */
  kind: "unavailability" | "failure" | "total-failure";
  startedAt: number;
  endedAt?: number | undefined;
}

export interface OfflineInvoice {
  /** By the taxpayer's own choice (offline24), or in an outage of this kind. */
  mode: "offline24" | Outage["kind"];
  /** P_1, `YYYY-MM-DD`: the date of issue in law. */
  issueDate: string;
  /** When it was issued indeed: what ended before does not concern it. */
  issuedAt: number;
}

/** `open`: an outage goes on, and the days count from its end. `none`: it need not be sent at all. */
export type Deadline = { state: "set"; date: string; until: number } | { state: "open" | "none" };

/**
 * The last day on which an offline invoice can be sent in time, and the instant at which that day is over in Poland.
 * The next working day after the issue (offline24) or after the end of the unavailability; seven working days after
 * the end of a failure, also of one that begins before the deadline; never, when a total failure does.
 * An outage that is not in the list cannot move the deadline. Source: ksef-docs, tryby-offline.md.
 */
export function sendingDeadline(invoice: OfflineInvoice, outages: readonly Outage[]): Deadline {
  if (invoice.mode === "total-failure") return { state: "none" };
  const following = outages
    .filter(({ endedAt = Infinity }) => endedAt > invoice.issuedAt)
    .toSorted((a, b) => a.startedAt - b.startedAt);
  let date: string | undefined = addWorkingDays(invoice.issueDate, 1);
  for (const outage of following) {
    if (date !== undefined && outage.startedAt >= endOfDay(date)) break;
    if (outage.kind === "total-failure") return { state: "none" };
    if (concerns(outage, invoice)) date = later(date, lastDayAfter(outage));
  }
  return date === undefined ? { state: "open" } : { state: "set", date, until: endOfDay(date) };
}

/** Milliseconds left to send the invoice in time, below zero once it is late; undefined while there is no date. */
export function timeLeft(deadline: Deadline, now: number): number | undefined {
  return deadline.state === "set" ? deadline.until - now : undefined;
}

/** Only the unavailability an invoice was issued in counts for it; the guide gives a later one no effect. */
const concerns = ({ kind, startedAt }: Outage, { mode, issuedAt }: OfflineInvoice): boolean =>
  kind === "failure" || (kind === mode && startedAt <= issuedAt);

const lastDayAfter = ({ kind, endedAt }: Outage): string | undefined =>
  endedAt === undefined ? undefined : addWorkingDays(warsawDate(endedAt), kind === "failure" ? 7 : 1);

/** Undefined is not known yet, so later than any day. */
function later(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return undefined;
  return a > b ? a : b;
}
