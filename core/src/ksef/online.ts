import { HubError, toHubError } from "../error.ts";
import type { Form } from "../fa3/forms.ts";
import type { SendInvoice, SessionInvoice } from "./client.ts";
import type { KsefConnection } from "./connection.ts";
import { sealInvoice, sealSessionKey, type SessionKey } from "./encryption.ts";
import { refusals } from "./http.ts";

/** An open online session with the key every invoice in it is encrypted with. */
export interface OnlineSession {
  reference: string;
  key: SessionKey;
}

/** What is known after an invoice was posted. `refused`: KSeF certainly does not have it. `unknown`: it may have it. */
export type Posted =
  | { outcome: "taken"; invoiceReference: string }
  | { outcome: "refused"; error: HubError }
  | { outcome: "unknown"; error: HubError };

export async function openSession(
  ksef: KsefConnection,
  formCode: Form,
  key: SessionKey,
): Promise<OnlineSession> {
  const encryption = sealSessionKey(key, await ksef.publicKey("SymmetricKeyEncryption"));
  const opened = await ksef.use((access) => ksef.client.openOnline({ formCode, encryption }, access));
  return { reference: opened.referenceNumber, key };
}

/** Posts an invoice once. Never throws: each failure is one of two kinds, and the difference decides what may follow. */
export async function postInvoice(
  ksef: KsefConnection,
  session: OnlineSession,
  xml: Uint8Array,
  how: Pick<SendInvoice, "offlineMode" | "hashOfCorrectedInvoice">,
): Promise<Posted> {
  try {
    const body = { ...sealInvoice(xml, session.key), ...how };
    const sent = await ksef.use((access) => ksef.client.sendInvoice(session.reference, body, access));
    return { outcome: "taken", invoiceReference: sent.referenceNumber };
  } catch (thrown) {
    const error = toHubError(thrown);
    return { outcome: refusals.has(error.code) ? "refused" : "unknown", error };
  }
}

/** What a session has, by SHA-256 (Base64); nothing when KSeF knows no such session. */
export async function invoicesIn(
  ksef: KsefConnection,
  reference: string,
  signal?: AbortSignal,
): Promise<Map<string, SessionInvoice>> {
  const found = new Map<string, SessionInvoice>();
  try {
    for (let next: string | undefined; ;) {
      const page = await ksef.use((access) => ksef.client.sessionInvoices(reference, next, access), signal);
      for (const invoice of page.invoices) {
        // Of a document that was sent twice in the session, the copy that was accepted.
        const known = found.get(invoice.invoiceHash);
        if (!known?.ksefNumber) found.set(invoice.invoiceHash, invoice);
      }
      if (!page.continuationToken) return found;
      next = page.continuationToken;
    }
  } catch (error) {
    if (error instanceof HubError && error.code === "ksef.session-unknown") return found;
    throw error;
  }
}

/** Closes a session; one that is closed already is fine. */
export async function closeSession(ksef: KsefConnection, reference: string): Promise<void> {
  try {
    await ksef.use((access) => ksef.client.closeOnline(reference, access));
  } catch (error) {
    if (error instanceof HubError && error.code === "ksef.session-closed") return;
    throw error;
  }
}
