import type { Form } from "@ksef-hub/core/fa3";
import { drawSessionFault, forcedOnlineStatus } from "./faults/on-session.ts";
import { referenceNumber } from "./number.ts";
import { isSame } from "./permission/identifier.ts";
import { Refusal } from "./refusal.ts";
import type { Batch, Invoice, Operation, Session, State } from "./state.ts";
import { batchStatus, sessionStatus, type Status } from "./status.ts";

/** A session at this moment: a pure function of what is stored and of the clock. */
export interface SessionNow {
  status: Status;
  invoiceCount: number;
  successful: number;
  failed: number;
  updatedAt: number;
  closedAt: number | undefined;
}

export type SessionKind = "Online" | "Batch";

const lifetime = 12 * 3600_000;

/**
 * Opens a session: a batch session when a package is declared, else an online one. A key that cannot be decrypted opens
 * it too: its status tells later.
 */
export function openSession(
  state: State,
  operation: Operation,
  request: {
    form: Form;
    encryptedKey: Uint8Array;
    publicKeyId?: string | null | undefined;
    initializationVector: string;
    batch?: Batch;
  },
): Session {
  const openedAt = state.clock.now();
  const key = state.keys.decrypt("SymmetricKeyEncryption", request.encryptedKey, request.publicKeyId);
  const session: Session = {
    referenceNumber: referenceNumber(request.batch === undefined ? "SO" : "SB", openedAt),
    sequence: state.sessions.size + 1,
    context: operation.context,
    nip: operation.nip,
    ...(operation.subject && { subject: operation.subject }),
    proof: operation.proof,
    form: request.form,
    ...(key?.length === 32 && { key: key.toString("base64") }),
    initializationVector: request.initializationVector,
    openedAt,
    validUntil: openedAt + lifetime,
    upoReferenceNumbers: [referenceNumber("EU", openedAt)],
    ...(request.batch && { batch: request.batch }),
  };
  state.sessions.set(session.referenceNumber, session);
  drawSessionFault(state, session);
  return session;
}

/** The session with this number in the context of the login; 21173 when there is none. */
export function findSession(
  state: State,
  operation: Operation,
  reference: string,
  { kind, verb = "znaleziona" }: { kind?: SessionKind; verb?: string } = {},
): Session {
  const session = state.sessions.get(reference);
  const isKnown = session !== undefined && isSame(session.context, operation.context);
  if (!isKnown || (kind !== undefined && kind !== sessionKind(session)))
    throw new Refusal(21173, `Sesja o numerze referencyjnym ${reference} nie została ${verb}.`);
  return session;
}

export const sessionKind = ({ batch }: Session): SessionKind => (batch === undefined ? "Online" : "Batch");

/** The status of the session now. It costs nothing while the session is open, however many invoices it has. */
export function visibleSessionStatus(state: State, session: Session): Status {
  return session.batch === undefined
    ? onlineStatus(state, session)
    : visibleBatchStatus(state, session, session.batch);
}

/** The invoices that can be seen now, in their order: those of a package only after it was unpacked. */
export function visibleInvoices(state: State, session: Session): Invoice[] {
  const isHidden = session.batch !== undefined && state.clock.now() < (session.batch.unpackedAt ?? Infinity);
  return isHidden ? [] : state.invoicesOf(session.referenceNumber);
}

/** Everything that can be seen of the session now. */
export function sessionNow(state: State, session: Session): SessionNow {
  const now = state.clock.now();
  const invoices = visibleInvoices(state, session);
  const final = invoices.filter(({ finalAt }) => finalAt <= now);
  const successful = final.filter(({ accepted }) => accepted !== undefined).length;
  const closed = closedAt(session, now);
  // Invoices come in order of time, so the last is the latest.
  const changes = [session.openedAt, invoices.at(-1)?.postedAt, closed, session.batch?.unpackedAt];
  if (session.batch === undefined) changes.push(keyFaultAt(state, session));
  if (closed !== undefined) changes.push(final.at(-1)?.finalAt);
  return {
    status: visibleSessionStatus(state, session),
    invoiceCount: invoices.length,
    successful,
    failed: final.length - successful,
    updatedAt: Math.max(...changes.filter((at) => at !== undefined && at <= now).map(Number)),
    closedAt: closed,
  };
}

function onlineStatus(state: State, session: Session): Status {
  const now = state.clock.now();
  const forced = forcedOnlineStatus(state, session, closedAt(session, now) !== undefined);
  if (forced !== undefined) return forced;
  if (now >= keyFaultAt(state, session)) return sessionStatus(415);
  if (closedAt(session, now) === undefined) return sessionStatus(100);
  const invoices = state.invoicesOf(session.referenceNumber);
  if (invoices.some(({ finalAt }) => finalAt > now)) return sessionStatus(170);
  if (invoices.length === 0) return sessionStatus(440, "Nie przesłano faktur");
  return invoices.some(({ accepted }) => accepted !== undefined) ? sessionStatus(200) : sessionStatus(445);
}

/** Source: ksef-docs, faktury/sesje/sesja-wsadowa-diagram-stanow.png. */
function visibleBatchStatus(state: State, session: Session, { unpackedAt, fault }: Batch): Status {
  const now = state.clock.now();
  if (unpackedAt === undefined)
    return now < session.validUntil ? batchStatus(100) : batchStatus(440, "Przekroczono czas wysyłki");
  if (now < unpackedAt) return batchStatus(150);
  if (fault !== undefined) return fault;
  const invoices = state.invoicesOf(session.referenceNumber);
  if (invoices.some(({ finalAt }) => finalAt > now)) return batchStatus(150);
  return invoices.some(({ accepted }) => accepted !== undefined) ? batchStatus(200) : batchStatus(445);
}

/** When it was closed by the client or by the end of its life. */
function closedAt(session: Session, now: number): number | undefined {
  return session.closedAt ?? (now >= session.validUntil ? session.validUntil : undefined);
}

/** When an online session shows that its key could not be decrypted; never for a good key. */
function keyFaultAt({ processing }: State, session: Session): number {
  return session.key === undefined
    ? session.openedAt + processing.acceptedMs + processing.processingMs
    : Infinity;
}
