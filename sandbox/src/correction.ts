import { Refusal } from "./refusal.ts";
import type { Invoice, Session, State } from "./state.ts";
import type { Collection } from "./store.ts";

/**
 * Refuses a technical correction KSeF would not take: it replaces, once, an offline invoice of the same company that was
 * rejected for another reason than permissions. Source: ksef-docs, offline/korekta-techniczna.md.
 */
export function checkCorrection(
  state: State,
  session: Session,
  { offlineMode, correctedSha256 }: { offlineMode: boolean; correctedSha256: string },
): void {
  if (!offlineMode) throw new Refusal(21405, "Korekta techniczna wymaga trybu offline (offlineMode: true).");
  const invoice = state.invoices.get(sent(state).get(key(session, correctedSha256)) ?? "");
  if (invoice?.accepted !== undefined)
    throw new Refusal(21167, "Nie można wysłać korekty technicznej do prawidłowo przetworzonej faktury.");
  if (corrected(state).get(key(session, correctedSha256)) !== undefined)
    throw new Refusal(21166, "Faktura posiada już przetworzoną prawidłowo korektę techniczną.");
  if (invoice === undefined || invoice.finalAt > state.clock.now() || !isCorrectable(invoice))
    throw new Refusal(
      21167,
      "Korekta techniczna dotyczy faktury offline odrzuconej z przyczyn technicznych; takiej faktury o podanym skrócie nie ma.",
    );
}

/** Keeps what later corrections are checked against. */
export function rememberForCorrections(state: State, session: Session, invoice: Invoice): void {
  const earlier = state.invoices.get(sent(state).get(key(session, invoice.sha256)) ?? "");
  // Of several with the same content the one that matters most stays: the accepted, then a correctable one.
  const matters =
    invoice.accepted !== undefined || (earlier?.accepted === undefined && isCorrectable(invoice));
  if (earlier === undefined || matters)
    sent(state).set(key(session, invoice.sha256), invoice.referenceNumber);
  if (invoice.correctedSha256 !== undefined && invoice.accepted !== undefined)
    corrected(state).set(key(session, invoice.correctedSha256), invoice.referenceNumber);
}

/** Reference number of the invoice with this content, and of the accepted correction of it. */
const sent = (state: State): Collection<string> => state.store.collection("sent-document");
const corrected = (state: State): Collection<string> => state.store.collection("corrected-document");

const key = ({ nip }: Session, sha256: string): string => `${nip} ${sha256}`;

const isCorrectable = ({ mode, verdict }: Invoice): boolean => mode === "Offline" && verdict.code !== 410;
