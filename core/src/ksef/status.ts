import { HubError, type ErrorCode } from "../error.ts";
import type { SessionInvoice } from "./client.ts";

/**
 * What a status of an invoice in a session means for us. `wait`: never send again. `again`: KSeF has dropped it for
 * good without accepting it, so it may be sent anew; `elsewhere`: in another session, as this one is of no use. Source: OpenAPI document, SessionInvoiceStatusResponse.
 */
export type Verdict =
  | { verdict: "wait" }
  | { verdict: "accepted" }
  | { verdict: "duplicate" }
  | { verdict: "again"; code: ErrorCode; elsewhere?: true }
  | { verdict: "refused"; code: ErrorCode };

const invoiceStatuses: Record<number, Verdict> = {
  100: { verdict: "wait" }, // accepted for processing
  150: { verdict: "wait" }, // being processed, for minutes or for hours
  200: { verdict: "accepted" },
  405: { verdict: "again", code: "ksef.cancelled", elsewhere: true }, // the session failed, not the invoice
  410: { verdict: "refused", code: "ksef.not-permitted" }, // these credentials may not issue it
  415: { verdict: "refused", code: "ksef.not-permitted" }, // an attachment needs a batch and a consent
  430: { verdict: "refused", code: "ksef.rejected" }, // the file breaks a rule
  435: { verdict: "again", code: "ksef.cancelled", elsewhere: true }, // could not be decrypted
  440: { verdict: "duplicate" },
  450: { verdict: "refused", code: "ksef.rejected" }, // the content breaks a rule
  500: { verdict: "again", code: "ksef.cancelled" }, // unknown error
  550: { verdict: "again", code: "ksef.cancelled" }, // interrupted by KSeF: "try again"
};

/** A code the specification does not know is waited on: only a known "no" may lead to sending again. */
export function verdictOf(statusCode: number): Verdict {
  return invoiceStatuses[statusCode] ?? { verdict: "wait" };
}

/** The session itself has failed, or its key is not the one KSeF has: whatever else goes into it fares no better. */
export function isOfNoUse(seen: SessionInvoice | undefined): boolean {
  if (seen === undefined) return false;
  const verdict = verdictOf(seen.status.code);
  return verdict.verdict === "again" && verdict.elsewhere === true;
}

/** What KSeF said of an invoice, as an error with its words. */
export function refusalOf(status: SessionInvoice["status"], code: ErrorCode, message?: string): HubError {
  const { description, details } = status;
  const upstream = { code: status.code, description, details: details ?? [] };
  const words = [`KSeF: ${description}`, ...upstream.details].join(". ");
  return new HubError(code, message ?? words, { upstream });
}
