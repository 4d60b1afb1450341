import { isSame } from "../permission/identifier.ts";
import type { ContextIdentifier, State } from "../state.ts";
import type { Status } from "../status.ts";
import type { Collection } from "../store.ts";

/** An export as it is kept: its package is made at once, the clock decides when it shows. */
export interface InvoiceExport {
  referenceNumber: string;
  context: ContextIdentifier;
  requestedAt: number;
  completedAt: number;
  verdict: Status;
  package?: ExportedPackage;
}

/** `InvoicePackage` of the API, its parts without the links to them. */
export interface ExportedPackage extends Record<string, unknown> {
  isTruncated: boolean;
  parts: { partName: string; encryptedPartHash: string }[];
}

export function invoiceExports(state: State): Collection<InvoiceExport> {
  return state.store.collection("invoice-export");
}

/** The encrypted parts of packages in Base64, by their names. */
export function exportedParts(state: State): Collection<string> {
  return state.store.collection("invoice-export-part");
}

/** How long an export and its package are there. Source: the OpenAPI document, `GET /invoices/exports/{referenceNumber}`. */
export const exportLifetime = 7 * 24 * 3600_000;

/** The exports of this context that are still shown as running. */
export function runningExports(state: State, context: ContextIdentifier): InvoiceExport[] {
  const now = state.clock.now();
  return invoiceExports(state)
    .values()
    .filter((each) => now < each.completedAt && isSame(each.context, context));
}

export function isGone(state: State, { completedAt }: InvoiceExport): boolean {
  return state.clock.now() >= completedAt + exportLifetime;
}
