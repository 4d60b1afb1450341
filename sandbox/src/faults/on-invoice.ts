import type { Taken } from "../invoice.ts";
import { ksefNumber, referenceNumber } from "../number.ts";
import type { Invoice, Session, State } from "../state.ts";
import { invoiceStatus, type InvoiceCode, type Status } from "../status.ts";
import { isSessionForced } from "./on-session.ts";
import { strike } from "./plan.ts";

/** The invoice as it is taken after faults had their say, and how long it takes to be stored after its number. */
export function withInvoiceFaults(
  state: State,
  session: Session,
  taken: Taken,
): Taken & { storageMs: number } {
  const { header } = taken.judgement;
  const subject = { nip: session.nip, number: header?.number };
  const forced = forcedVerdict(state, session, taken, subject);
  const finalAt = taken.finalAt + (strike(state, ["invoice-stuck"], subject)?.ms ?? 0);
  const lateUpo = strike(state, ["upo-late"], subject);
  if (lateUpo !== undefined) upoFrom(state).set(session.referenceNumber, finalAt + lateUpo.ms);
  return {
    ...taken,
    finalAt,
    // Without its document it is not accepted.
    ...(forced && { judgement: { status: forced, ...(header && { header }) } }),
    storageMs: state.processing.storageMs + (strike(state, ["storage-late"], subject)?.ms ?? 0),
  };
}

/** Whether the UPO of the session and of its invoices has to be waited for. */
export function isUpoLate(
  state: State,
  { referenceNumber: session }: Pick<Session, "referenceNumber">,
): boolean {
  return state.clock.now() < (upoFrom(state).get(session) ?? 0);
}

/** Whether the UPO of this invoice has to be waited for. */
export const isInvoiceUpoLate = (state: State, invoice: Invoice): boolean =>
  isUpoLate(state, { referenceNumber: invoice.sessionReferenceNumber });

const upoFrom = (state: State) => state.store.collection<number>("fault-upo-from");

function forcedVerdict(
  state: State,
  session: Session,
  { judgement, postedAt }: Taken,
  subject: { nip: string; number: string | undefined },
): Status | undefined {
  if (isSessionForced(state, session)) return invoiceStatus(405);
  const fault = strike(state, ["invoice-status"], subject);
  if (fault === undefined) return undefined;
  const seller = judgement.header?.sellerNip ?? session.nip;
  return fault.code === 440
    ? duplicateOfNothing(seller, postedAt)
    : invoiceStatus(fault.code, details(fault));
}

/** A duplicate whose original is nowhere to be found (ksef-api issues 300 and 450). */
function duplicateOfNothing(sellerNip: string, at: number): Status {
  const original = {
    originalSessionReferenceNumber: referenceNumber("SO", at),
    originalKsefNumber: ksefNumber(sellerNip, at),
  };
  const detail = `Duplikat faktury. Faktura o numerze KSeF: ${original.originalKsefNumber} została już prawidłowo przesłana do systemu w sesji: ${original.originalSessionReferenceNumber}`;
  return invoiceStatus(440, [detail], original);
}

function details({ code, details: given }: { code: InvoiceCode; details: string[] }): string[] {
  const isInternal = code === 550 && given.length === 0;
  return isInternal
    ? ["Przetwarzanie zostało przerwane z przyczyn wewnętrznych systemu. Spróbuj ponownie"]
    : given;
}
