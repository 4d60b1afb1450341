import { endOfDay } from "./midnight.ts";

/**
 * The first instant at which KSeF counts an invoice sent as online as an offline one: midnight in Poland after P_1
 * (`YYYY-MM-DD`). What counts is when an online session takes the invoice, or when a batch session is opened.
 * Source: ksef-docs, offline/automatyczne-okreslanie-trybu-offline.md.
 */
export function becomesOfflineAt(issueDate: string): number {
  return endOfDay(issueDate);
}

/** Milliseconds until then; zero or less once it is too late to send the invoice as online. */
export function onlineTimeLeft(issueDate: string, now: number): number {
  return becomesOfflineAt(issueDate) - now;
}
