import { referenceNumber } from "./number.ts";
import { Refusal } from "./refusal.ts";
import type { Operation, Session, State } from "./state.ts";
import { sessionStatus, type Status } from "./status.ts";
import type { Form } from "@ksef-hub/core/fa3";

/** A session at this moment: a pure function of what is stored and of the clock. */
export interface SessionNow {
  status: Status;
  invoiceCount: number;
  successful: number;
  failed: number;
  updatedAt: number;
  closedAt: number | undefined;
}

const lifetime = 12 * 3600_000;

/** Opens an online session. A key that cannot be decrypted opens it too: its status tells later. */
export function openSession(
  state: State,
  operation: Operation,
  request: { form: Form; encryptedKey: Uint8Array; initializationVector: string },
): Session {
  const openedAt = state.clock.now();
  const key = state.keys.decrypt("SymmetricKeyEncryption", request.encryptedKey);
  const session: Session = {
    referenceNumber: referenceNumber("SO", openedAt),
    sequence: state.sessions.size + 1,
    nip: operation.nip,
    proof: operation.proof,
    form: request.form,
    ...(key?.length === 32 && { key: key.toString("base64") }),
    initializationVector: request.initializationVector,
    openedAt,
    validUntil: openedAt + lifetime,
    upoReferenceNumber: referenceNumber("EU", openedAt),
  };
  state.sessions.set(session.referenceNumber, session);
  return session;
}

/** The session with this number in the context of the login; 21173 when there is none. */
export function findSession(
  state: State,
  operation: Operation,
  reference: string,
  verb = "znaleziona",
): Session {
  const session = state.sessions.get(reference);
  if (session === undefined || session.nip !== operation.nip)
    throw new Refusal(21173, `Sesja o numerze referencyjnym ${reference} nie została ${verb}.`);
  return session;
}

/** The status of the session now. It costs nothing while the session is open, however many invoices it has. */
export function visibleSessionStatus(state: State, session: Session): Status {
  const now = state.clock.now();
  if (now >= keyFaultAt(state, session)) return sessionStatus(415);
  if (closedAt(session, now) === undefined) return sessionStatus(100);
  const invoices = state.invoicesOf(session.referenceNumber);
  if (invoices.some(({ finalAt }) => finalAt > now)) return sessionStatus(170);
  if (invoices.length === 0) return sessionStatus(440, "Nie przesłano faktur");
  return invoices.some(({ accepted }) => accepted !== undefined) ? sessionStatus(200) : sessionStatus(445);
}

/** Everything that can be seen of the session now. */
export function sessionNow(state: State, session: Session): SessionNow {
  const now = state.clock.now();
  const invoices = state.invoicesOf(session.referenceNumber);
  const final = invoices.filter(({ finalAt }) => finalAt <= now);
  const successful = final.filter(({ accepted }) => accepted !== undefined).length;
  const closed = closedAt(session, now);
  // Invoices come in order of time, so the last is the latest.
  const changes = [session.openedAt, invoices.at(-1)?.postedAt, closed, keyFaultAt(state, session)];
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

/** When it was closed by the client or by the end of its life. */
function closedAt(session: Session, now: number): number | undefined {
  return session.closedAt ?? (now >= session.validUntil ? session.validUntil : undefined);
}

/** When it shows that the key could not be decrypted; never for a good key. */
function keyFaultAt({ processing }: State, session: Session): number {
  return session.key === undefined
    ? session.openedAt + processing.acceptedMs + processing.processingMs
    : Infinity;
}
