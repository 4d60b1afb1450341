import { forcedPackageFault } from "../faults/on-session.ts";
import { takeInvoice } from "../invoice.ts";
import { judge, sizeLimits, tooLarge, type Judgement } from "../judge.ts";
import { contextLimits } from "../limits/effective.ts";
import { Refusal } from "../refusal.ts";
import { visibleSessionStatus } from "../session.ts";
import type { Batch, Session, State } from "../state.ts";
import type { Status } from "../status.ts";
import { openPackage } from "./package.ts";
import { PackageFault } from "./package-fault.ts";
import { deleteParts, uploadedParts } from "./part.ts";
import { unpack } from "./unpack.ts";

/**
 * Closes a batch session and judges everything in its package at once; the clock decides what shows when. Throws 21180,
 * 21208, 21205 or 21157. Source: ksef-docs, sesja-wsadowa.md.
 */
export async function closeBatch(state: State, session: Session, batch: Batch): Promise<void> {
  refuseUnlessOpen(state, session);
  const parts = uploadedParts(state, session);
  const outcome = forcedPackageFault(state, session) ?? (await examine(state, session, batch, parts));
  // Meanwhile somebody else may have closed it.
  refuseUnlessOpen(state, state.sessions.get(session.referenceNumber) ?? session);
  state.store.atomically(() => conclude(state, session, batch, outcome));
}

interface Judged {
  name: string;
  sha256: string;
  judgement: Judgement;
}

/** What is in the package, judged as far as that does not depend on other invoices; or why it cannot be taken. */
type Outcome = { fault: Status } | { files: Judged[] };

function refuseUnlessOpen(state: State, session: Session): void {
  const { code } = visibleSessionStatus(state, session);
  if (code === 440 && session.closedAt === undefined)
    throw new Refusal(21208, "Sesja anulowana, przekroczony czas wysyłki.");
  if (code !== 100) throw new Refusal(21180, `Status sesji ${code} uniemożliwia jej zamknięcie.`);
}

async function examine(
  state: State,
  session: Session,
  batch: Batch,
  parts: (Buffer | undefined)[],
): Promise<Outcome> {
  const { maxInvoices } = contextLimits(state, session.nip).batchSession;
  const { withAttachment } = sizeLimits(state, session);
  const circumstances = { takenAt: session.openedAt, isCorrection: false };
  const files: Judged[] = [];
  try {
    const archive = openPackage(session, batch, parts);
    for await (const { name, sha256, content } of unpack(archive, batch.compression, withAttachment)) {
      if (files.length === maxInvoices) throw new PackageFault(420);
      const judgement =
        content === undefined ? tooLarge(withAttachment) : judge(state, session, content, circumstances);
      files.push({ name, sha256, judgement });
    }
    if (files.length === 0) throw new PackageFault(440, "Nie przesłano faktur");
    return { files };
  } catch (error) {
    if (error instanceof PackageFault) return { fault: error.status };
    throw error;
  }
}

function conclude(state: State, session: Session, batch: Batch, outcome: Outcome): void {
  const closedAt = state.clock.now();
  const { acceptedMs, processingMs } = state.processing;
  const unpackedAt = closedAt + acceptedMs;
  const fault = "fault" in outcome ? outcome.fault : undefined;
  const closed = { ...batch, unpackedAt, ...(fault && { fault }) };
  state.sessions.set(session.referenceNumber, { ...session, closedAt, batch: closed });
  deleteParts(state, session);

  const files = "files" in outcome ? outcome.files : [];
  // One after another they take together as long as one invoice does online.
  const at = (done: number): number => unpackedAt + Math.round((processingMs * done) / files.length);
  for (const [index, { name, sha256, judgement }] of files.entries()) {
    state.posts.set(sha256, (state.posts.get(sha256) ?? 0) + 1);
    takeInvoice(state, session, {
      judgement,
      sha256,
      offlineMode: batch.offlineMode,
      // The API gives at most this many characters.
      fileName: name.slice(0, 128),
      postedAt: session.openedAt,
      processingAt: at(index),
      finalAt: at(index + 1),
    });
  }
}
