/**
 * The life of a submission, top to bottom: each function takes one submission one step further, and `dispatch/` decides
 * when and with which others. A step may be cut off anywhere: what it had saved tells the next worker where to go on.
 *
 *     received -> ready -> sending -> sent -> accepted -> reported
 *
 * Exactly once: an invoice goes to KSeF only after the session it goes into stands on the ledger, and when nobody knows
 * whether it arrived it is looked up in that session before anything is sent again. Where even that fails, KSeF refuses
 * the second copy with 440 and names the first; if that one is ours to the byte, its number is ours.
 */
import { checkDocument } from "./check.ts";
import type { Engine } from "./engine.ts";
import { HubError } from "./error.ts";
import { replacementOf } from "./issuing/corrections.ts";
import type { SessionInvoice } from "./ksef/client.ts";
import { sha256 } from "./ksef/encryption.ts";
import { isKsefNumber } from "./ksef/number.ts";
import type { Posted } from "./ksef/online.ts";
import { requireWhole } from "./ksef/receipt.ts";
import { refusalOf, verdictOf } from "./ksef/status.ts";
import type { Submission, SubmissionRef } from "./submission.ts";
import {
  afterFailure,
  archiveReceipt,
  documentOf,
  inWords,
  noProblem,
  Overtaken,
  takeUp,
  type Said,
  type Work,
} from "./work.ts";

/** received -> ready. Nothing is sent that KSeF can be expected to refuse. */
export async function prepare(work: Work): Promise<void> {
  const { engine, submission } = work;
  const tenant = await engine.tenants.get(submission.tenant);
  if (tenant === undefined) throw new HubError("hub.config", `There is no tenant ${submission.tenant}.`);
  checkDocument(await documentOf(work), tenant, engine.clock.now());
  await work.save({ state: "ready" }, checked);
}

export const checked: Said = ["Checked: a valid FA(3) document.", "Sprawdzono: poprawny dokument FA(3)."];

/** ready -> sending. The intent: from here on the invoice may be in this session, and until `wakeAt` nobody else acts. */
export function intend(work: Work, session: Session, wakeAt: number): Promise<void> {
  const said: Said =
    session.batch === undefined
      ? [`Sending in session ${session.reference}.`, `Wysyłanie w sesji ${session.reference}.`]
      : ["Sending in a batch.", "Wysyłanie w paczce."];
  return work.save({ state: "sending", session, status: undefined, wakeAt }, said);
}

type Session = NonNullable<Submission["session"]>;

/** sending -> sent, back to ready, or on in doubt: then the session is asked once KSeF has had time to come to rest. */
export async function posted(work: Work, reference: string, outcome: Posted, lookMs: number): Promise<void> {
  if (outcome.outcome === "taken")
    return taken(work, { reference, invoiceReference: outcome.invoiceReference }, lookMs);
  if (outcome.outcome === "refused") return sendAgain(work, outcome.error);
  const { wakeAt = 0, failures = 0, spent = 0, problem } = afterFailure(work, outcome.error);
  const quiet = work.engine.clock.now() + work.engine.timing.quietMs;
  await work.save({ failures, spent, problem, wakeAt: Math.max(wakeAt, quiet) }, inWords(outcome.error));
}

/** sending -> sent. KSeF has it; it is worth to look in `pauseMs`. */
export function taken(work: Work, session: Session, pauseMs: number): Promise<void> {
  const now = work.engine.clock.now();
  const change = { state: "sent", session, looks: 0, sentAt: now, wakeAt: now + pauseMs } as const;
  return work.save({ ...change, ...noProblem }, [
    "KSeF has taken the invoice for processing.",
    "KSeF przyjął fakturę do przetwarzania.",
  ]);
}

/** sending -> ready: KSeF certainly does not have it. */
export function notTaken(work: Work, said: Said): Promise<void> {
  return work.save({ state: "ready", session: undefined }, said);
}

/** To ready after a failure that left nothing at KSeF; with its pause, or to a stop when a person is needed. */
export function sendAgain(
  work: Work,
  error: HubError,
  { togetherAt, ...change }: Pick<Submission, "batchAtMost"> & { togetherAt?: number } = {},
): Promise<void> {
  const ready = { state: "ready", session: undefined, ...change } as const;
  return work.save({ ...ready, ...afterFailure(work, error, togetherAt) }, inWords(error));
}

/** sending -> sent, or back to ready: the session was asked whether it has the invoice. */
export async function settle(
  work: Work,
  reference: string,
  found: SessionInvoice | undefined,
): Promise<void> {
  if (found === undefined)
    return notTaken(work, [
      "KSeF does not have the invoice: it is sent again.",
      "KSeF nie ma tej faktury: zostanie wysłana ponownie.",
    ]);
  const session = placeOf(work, reference, found);
  const change = { state: "sent", session, looks: 0, sentAt: work.engine.clock.now() } as const;
  await work.save({ ...change, ...noProblem }, [
    "KSeF has the invoice: it is not sent again.",
    "KSeF ma tę fakturę: nie zostanie wysłana ponownie.",
  ]);
  await judge(work, reference, found);
}

const placeOf = ({ submission }: Work, reference: string, { referenceNumber }: SessionInvoice) => ({
  ...submission.session,
  reference,
  invoiceReference: referenceNumber,
});

/**
 * sent -> accepted, or a stop, or the next look. Waiting has no end of its own: KSeF may take hours, and sending again is
 * never a cure. `reference`: of the session it was seen in. `lookAt`: the next look, if KSeF is still at it.
 */
export async function judge(
  work: Work,
  reference: string,
  seen: SessionInvoice,
  lookAt = work.engine.clock.now() + work.engine.timing.lookMs,
): Promise<void> {
  const { code, description } = seen.status;
  const verdict = verdictOf(code);
  switch (verdict.verdict) {
    case "wait": {
      const { looks, status } = work.submission;
      const session = placeOf(work, reference, seen);
      const change = {
        status: { code, description },
        session,
        looks: looks + 1,
        wakeAt: lookAt,
        ...noProblem,
      };
      const said: Said = [`KSeF: ${description}.`, `KSeF: ${description}.`];
      return work.save(change, code === status?.code ? undefined : said);
    }
    case "accepted":
      return accept(work, seen, placeOf(work, reference, seen));
    case "duplicate":
      return adopt(work, seen);
    case "again":
      (await work.ksef()).forgetPublicKeys();
      return sendAgain(work, refusalOf(seen.status, verdict.code));
    case "refused":
      return refuse(work, refusalOf(seen.status, verdict.code));
  }
}

/** KSeF has said no. Where a person can mend that, a replay begins anew: the document is not in that session any more. */
function refuse(work: Work, error: HubError): Promise<void> {
  const { session } = work.submission;
  const kept = error.action === "reject" ? session : undefined;
  return work.save({ ...afterFailure(work, error), session: kept }, inWords(error));
}

/** KSeF has an invoice with our seller, kind and number. Only if it is ours to the byte, its KSeF number is ours. */
async function adopt(work: Work, { status }: SessionInvoice): Promise<void> {
  const ksefNumber = status.extensions?.["originalKsefNumber"];
  const reference = status.extensions?.["originalSessionReferenceNumber"];
  if (!ksefNumber || !reference)
    throw new HubError("ksef.protocol", `${status.description}, but KSeF does not name the original.`);
  const ksef = await work.ksef();
  const original = await ksef.use((access) => ksef.client.invoice(ksefNumber, access), work.signal);
  // A page of a firewall, or half a document, is no other invoice.
  requireWhole(
    original,
    "Faktura",
    (what) => new HubError("ksef.protocol", `Invoice ${ksefNumber}: ${what}.`),
  );
  if (sha256(original.bytes) === work.submission.document.sha256)
    return accept(work, { ksefNumber }, { reference });
  const { invoice } = work.submission;
  const message = `KSeF holds another document as ${invoice.kind} ${invoice.number} of this seller: ${ksefNumber}.`;
  return refuse(work, refusalOf(status, "ksef.number-conflict", message));
}

/**
 * sent -> accepted, and on to reported where KSeF has given a link to the receipt: downloads are not counted. `wakeAt`:
 * when to ask for the receipt where there is none.
 */
export async function accept(
  work: Work,
  seen: Pick<SessionInvoice, "ksefNumber" | "acquisitionDate" | "upoDownloadUrl">,
  session: Session,
  wakeAt = work.engine.clock.now(),
): Promise<void> {
  const { ksefNumber: number, acquisitionDate: at, upoDownloadUrl: link } = seen;
  if (!number || !isKsefNumber(number))
    throw new HubError(
      "ksef.protocol",
      `KSeF accepted the invoice under "${number}", which is not a KSeF number.`,
    );
  const ksef = { number, ...(at ? { acceptedAt: at } : {}) };
  await work.save({ state: "accepted", ksef, session, wakeAt, ...noProblem }, [
    `Accepted under KSeF number ${number}.`,
    `Przyjęta pod numerem KSeF ${number}.`,
  ]);
  if (link) await report(work, link);
}

/** accepted -> reported. The receipt comes by the link, or else by the KSeF number. */
export async function report(work: Work, link?: string | null): Promise<void> {
  const { ksef: accepted, session } = work.submission;
  if (accepted === undefined || session?.reference === undefined)
    throw new Error("accepted without a number or a session");
  const { reference } = session;
  const ksef = await work.ksef();
  const answer = link
    ? await ksef.client.download(link, work.signal)
    : await ksef.use((access) => ksef.client.receipt(reference, accepted.number, access), work.signal);
  const receipt = await archiveReceipt(work, accepted.number, answer);
  await work.save({ state: "reported", ...receipt, ...noProblem }, [
    "The receipt (UPO) is verified and archived.",
    "Urzędowe poświadczenie odbioru (UPO) zweryfikowano i zarchiwizowano.",
  ]);
}

/** held or dead -> where it stopped. Throws `submission.not-found` and `submission.not-replayable`. */
export async function replay(engine: Engine, ref: SubmissionRef): Promise<Submission> {
  const work = await takeUp(engine, ref);
  if (work === undefined) throw new HubError("submission.not-found", `There is no invoice ${ref.id}.`);
  const { state, ksef, session } = work.submission;
  if (state !== "held" && state !== "dead")
    throw new HubError("submission.not-replayable", `Invoice ${ref.id} is ${state}.`);
  const correction = (await replacementOf(engine, work.submission))?.id;
  if (correction !== undefined)
    throw new HubError("submission.not-replayable", `Its technical correction ${correction} goes instead.`);
  const next = ksef !== undefined ? "accepted" : session === undefined ? "received" : "sending";
  try {
    await work.save({ state: next, spent: 0, batchAtMost: undefined, ...noProblem }, [
      "Replayed.",
      "Ponowiono.",
    ]);
  } catch (thrown) {
    if (!(thrown instanceof Overtaken)) throw thrown;
    throw new HubError("submission.not-replayable", `Invoice ${ref.id} is being taken up already.`);
  }
  await engine.ring(ref, work.submission);
  return work.submission;
}
