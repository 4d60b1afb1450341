import { createHash } from "node:crypto";
import { checkCorrection } from "./correction.ts";
import { decrypt } from "./decrypt.ts";
import { takeInvoice } from "./invoice.ts";
import { judge, type Judgement } from "./judge.ts";
import { contextLimits } from "./limits/effective.ts";
import { Refusal } from "./refusal.ts";
import { visibleSessionStatus } from "./session.ts";
import type { Invoice, Session, State } from "./state.ts";
import { invoiceStatus } from "./status.ts";

/** An invoice as it was posted, its encrypted content already checked against its size and hash. */
export interface Posted {
  content: Uint8Array;
  /** SHA-256 in Base64 and bytes of the document before it was encrypted, as declared. */
  sha256: string;
  size: number;
  offlineMode: boolean;
  correctedSha256: string | undefined;
}

/** Takes an invoice into an open online session and judges it at once; the clock decides when the verdict shows. */
export function receiveInvoice(state: State, session: Session, posted: Posted): Invoice {
  const { code } = visibleSessionStatus(state, session);
  if (code !== 100) throw new Refusal(21180, `Status sesji ${code} uniemożliwia wysyłkę faktur.`);
  const { maxInvoices } = contextLimits(state, session.nip).onlineSession;
  if (state.invoicesOf(session.referenceNumber).length >= maxInvoices) {
    const limit = `osiągnęła dozwolony limit liczby faktur ${maxInvoices}`;
    throw new Refusal(21155, `Sesja o numerze referencyjnym ${session.referenceNumber} ${limit}.`);
  }
  const { sha256, offlineMode, correctedSha256 } = posted;
  if (correctedSha256 !== undefined) checkCorrection(state, session, { offlineMode, correctedSha256 });

  const postedAt = state.clock.now();
  const judgement = judgePosted(state, session, posted, postedAt);
  const processingAt = postedAt + state.processing.acceptedMs;
  const finalAt = processingAt + state.processing.processingMs;
  const taken = { judgement, sha256, offlineMode, correctedSha256, postedAt, processingAt, finalAt };
  return state.store.atomically(() => takeInvoice(state, session, taken));
}

function judgePosted(state: State, session: Session, posted: Posted, takenAt: number): Judgement {
  if (session.key === undefined) return { status: invoiceStatus(405) };
  const document = decrypt(posted.content, session.key, session.initializationVector);
  if (document === undefined) return { status: invoiceStatus(435) };
  const wrong = metadataFault(document, posted);
  if (wrong !== undefined) return { status: invoiceStatus(430, [wrong]) };
  return judge(state, session, document, { takenAt, isCorrection: posted.correctedSha256 !== undefined });
}

function metadataFault(document: Uint8Array, { size, sha256 }: Posted): string | undefined {
  if (document.length !== size)
    return `Rozmiar faktury ${document.length} nie zgadza się z zadeklarowanym ${size}.`;
  const isSame = createHash("sha256").update(document).digest("base64") === sha256;
  return isSame ? undefined : "Skrót faktury nie zgadza się z zadeklarowanym.";
}
