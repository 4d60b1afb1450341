import { HubError, type ErrorCode } from "../error.ts";
import type { SessionInvoice } from "./client.ts";

/**
 * What a status of an invoice in a session means for us. `wait`: never send again. `again`: KSeF has dropped it for
 * good without accepting it, so it may be sent anew. Source: OpenAPI document, SessionInvoiceStatusResponse.
 */
export type Verdict =
  | { verdict: "wait" }
  | { verdict: "accepted" }
  | { verdict: "duplicate" }
  | { verdict: "again"; code: ErrorCode }
  | { verdict: "refused"; code: ErrorCode };

const invoiceStatuses: Record<number, Verdict> = {
  100: { verdict: "wait" }, // accepted for processing
  150: { verdict: "wait" }, // being processed, for minutes or for hours
  200: { verdict: "accepted" },
  405: { verdict: "again", code: "ksef.cancelled" }, // the session failed, not the invoice
  410: { verdict: "refused", code: "ksef.not-permitted" }, // these credentials may not issue it
  415: { verdict: "refused", code: "ksef.not-permitted" }, // an attachment needs a batch and a consent
  430: { verdict: "refused", code: "ksef.rejected" }, // the file breaks a rule
  435: { verdict: "again", code: "ksef.cancelled" }, // could not be decrypted
  440: { verdict: "duplicate" },
  450: { verdict: "refused", code: "ksef.rejected" }, // the content breaks a rule
  500: { verdict: "again", code: "ksef.cancelled" }, // unknown error
  550: { verdict: "again", code: "ksef.cancelled" }, // interrupted by KSeF: "try again"
};

/** A code the specification does not know is waited on: only a known "no" may lead to sending again. */
export function verdictOf(statusCode: number): Verdict {
  return invoiceStatuses[statusCode] ?? { verdict: "wait" };
}

/** What KSeF said of an invoice, as an error with its words. */
export function refusalOf(status: SessionInvoice["status"], code: ErrorCode, message?: string): HubError {
  const { description, details } = status;
  const upstream = { code: status.code, description, details: details ?? [] };
  const words = [`KSeF: ${description}`, ...upstream.details].join(". ");
  return new HubError(code, message ?? words, { upstream });
}
