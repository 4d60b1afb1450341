import { HubError, toHubError } from "../error.ts";
import type { Form } from "../fa3/forms.ts";
import type { SessionInvoice } from "./client.ts";
import type { KsefConnection } from "./connection.ts";
import { newSessionKey, sealInvoice, sealSessionKey, type SessionKey } from "./encryption.ts";
import { refusals } from "./http.ts";

/** An open online session. Its key lives only as long as this object: nobody else can send in the session. */
export interface OnlineSession {
  reference: string;
  key: SessionKey;
}

/** What is known after an invoice was posted. `refused`: KSeF certainly does not have it. `unknown`: it may have it. */
export type Posted =
  | { outcome: "taken"; invoiceReference: string }
  | { outcome: "refused"; error: HubError }
  | { outcome: "unknown"; error: HubError };

export async function openSession(ksef: KsefConnection, formCode: Form): Promise<OnlineSession> {
  const key = newSessionKey();
  const encryption = sealSessionKey(key, await ksef.publicKey("SymmetricKeyEncryption"));
  const opened = await ksef.use((access) => ksef.client.openOnline({ formCode, encryption }, access));
  return { reference: opened.referenceNumber, key };
}

/** Posts an invoice once. Never throws: each failure is one of two kinds, and the difference decides what may follow. */
export async function postInvoice(
  ksef: KsefConnection,
  session: OnlineSession,
  xml: Uint8Array,
): Promise<Posted> {
  try {
    const body = sealInvoice(xml, session.key);
    const sent = await ksef.use((access) => ksef.client.sendInvoice(session.reference, body, access));
    return { outcome: "taken", invoiceReference: sent.referenceNumber };
  } catch (thrown) {
    const error = toHubError(thrown);
    return { outcome: refusals.has(error.code) ? "refused" : "unknown", error };
  }
}

/** The invoice with this SHA-256 among those a session has; undefined when it has none, or KSeF knows no such session. */
export async function findInSession(
  ksef: KsefConnection,
  reference: string,
  invoiceSha256: string,
): Promise<SessionInvoice | undefined> {
  try {
    for (let next: string | undefined; ;) {
      const page = await ksef.use((access) => ksef.client.sessionInvoices(reference, next, access));
      const found = page.invoices.find(({ invoiceHash }) => invoiceHash === invoiceSha256);
      if (found !== undefined || !page.continuationToken) return found;
      next = page.continuationToken;
    }
  } catch (error) {
    if (error instanceof HubError && error.code === "ksef.session-unknown") return undefined;
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
