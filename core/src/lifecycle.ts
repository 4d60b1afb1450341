/**
 * The life of a submission, top to bottom: `advance` takes one as far as it can go now, `steps` says how each state
 * is left. A step may be cut off anywhere: what it had saved tells the next worker where to go on.
 *
 * Exactly once: an invoice is posted only after its session stands on the ledger, and a post whose outcome is
 * unknown is looked up in that session before anything is sent again. Where even that fails, KSeF refuses the second
 * copy with 440 and names the first; if that one is ours to the byte, its number is ours.
 */
import { checkDocument } from "./check.ts";
import type { Engine } from "./engine.ts";
import { HubError, toHubError } from "./error.ts";
import { inspectInvoice } from "./fa3/inspect.ts";
import type { SessionInvoice } from "./ksef/client.ts";
import { sha256 } from "./ksef/encryption.ts";
import { isKsefNumber } from "./ksef/number.ts";
import { verifyReceipt } from "./ksef/receipt.ts";
import { closeSession, findInSession, openSession, postInvoice } from "./ksef/online.ts";
import { refusalOf, verdictOf } from "./ksef/status.ts";
import { isActive, type ActiveState, type Submission, type SubmissionRef } from "./submission.ts";
import { afterFailure, documentOf, noProblem, Overtaken, takeUp, type Work } from "./work.ts";

/**
 * Takes every step that is due, then rings for the next one. Safe to call at any time, any number of times.
 * When the signal aborts, the step in progress is finished and the rest is left for later.
 */
export async function advance(engine: Engine, ref: SubmissionRef, signal: AbortSignal): Promise<void> {
  const work = await takeUp(engine, ref);
  if (work === undefined || !isDue(work)) return;
  try {
    do await step(work);
    while (isDue(work) && !signal.aborted);
  } catch (error) {
    if (error instanceof Overtaken) return;
    throw error;
  }
  const { state, wakeAt } = work.submission;
  if (isActive(state)) await engine.queue.send({ ...ref }, Math.max(0, wakeAt - engine.clock.now()));
}

const steps: Record<ActiveState, (work: Work) => Promise<void>> = {
  received: prepare,
  ready: send,
  sending: settle,
  sent: follow,
  accepted: report,
};

/** received -> ready. Nothing is sent that KSeF can be expected to refuse. */
async function prepare(work: Work): Promise<void> {
  const { engine, submission } = work;
  const tenant = await engine.tenants.get(submission.tenant);
  if (tenant === undefined) throw new HubError("hub.config", `There is no tenant ${submission.tenant}.`);
  checkDocument(await documentOf(work), tenant, engine.clock.now());
  await work.save({ state: "ready" }, "Checked: a valid FA(3) document.");
}

/** ready -> sending -> sent. The intent, a session, the session on the ledger, and only then the invoice. */
async function send(work: Work): Promise<void> {
  const ksef = await work.ksef();
  const xml = await documentOf(work);
  await work.save({ state: "sending", session: undefined, status: undefined, wakeAt: lease(work) });
  const session = await openSession(ksef, inspectInvoice(xml).form);
  const { reference } = session;
  await work.save({ session: { reference }, wakeAt: lease(work) }, `Sending in session ${reference}.`);

  const posted = await postInvoice(ksef, session, xml);
  if (posted.outcome === "refused") return sendAgain(work, posted.error);
  if (posted.outcome === "unknown") return waitAndSettle(work, posted.error);
  await work.save(
    takenBy(work, reference, posted.invoiceReference),
    "KSeF has taken the invoice for processing.",
  );
  await close(work, reference);
}

/** sending -> sent, or back to ready: whoever sent it was cut off, so KSeF is asked whether it has the invoice. */
async function settle(work: Work): Promise<void> {
  const { session, document } = work.submission;
  if (session === undefined) return work.save({ state: "ready" }, "No session was opened: nothing was sent.");
  const { reference } = session;
  const found = await findInSession(await work.ksef(), reference, document.sha256);
  if (found !== undefined)
    return work.save(
      takenBy(work, reference, found.referenceNumber),
      "KSeF has the invoice: it is not sent again.",
    );
  await work.save(
    { state: "ready", session: undefined },
    "KSeF does not have the invoice: it is sent again.",
  );
  await close(work, reference);
}

/** sent -> accepted, or a stop. Waiting has no end of its own: KSeF may take hours, and sending again is never a cure. */
async function follow(work: Work): Promise<void> {
  const { session, looks, status } = work.submission;
  const invoiceReference = session?.invoiceReference;
  if (session === undefined || invoiceReference === undefined) return work.save({ state: "sending" });
  const ksef = await work.ksef();
  const seen = await ksef.use((access) =>
    ksef.client.sessionInvoice(session.reference, invoiceReference, access),
  );
  const { code, description } = seen.status;
  const verdict = verdictOf(code);
  switch (verdict.verdict) {
    case "wait": {
      const { lookMs, longestLookMs } = work.engine.timing;
      const wakeAt = work.engine.clock.now() + Math.min(lookMs * 1.5 ** Math.min(looks, 30), longestLookMs);
      const change = { status: { code, description }, looks: looks + 1, wakeAt, ...noProblem };
      return work.save(change, code === status?.code ? undefined : `KSeF: ${description}.`);
    }
    case "accepted":
      return accept(work, seen.ksefNumber, session.reference, seen.acquisitionDate);
    case "duplicate":
      return adopt(work, seen);
    case "again":
      ksef.forgetPublicKeys();
      return sendAgain(work, refusalOf(seen.status, verdict.code));
    case "refused":
      throw refusalOf(seen.status, verdict.code);
  }
}

/** KSeF has an invoice with our seller, kind and number. Only if it is ours to the byte, its KSeF number is ours. */
async function adopt(work: Work, { status }: SessionInvoice): Promise<void> {
  const number = status.extensions?.["originalKsefNumber"];
  const session = status.extensions?.["originalSessionReferenceNumber"];
  if (!number || !session)
    throw new HubError("ksef.protocol", `${status.description}, but KSeF does not name the original.`);
  const ksef = await work.ksef();
  const original = await ksef.use((access) => ksef.client.invoice(number, access));
  if (sha256(original.bytes) === work.submission.document.sha256) return accept(work, number, session);
  const { invoice } = work.submission;
  const message = `KSeF holds another document as ${invoice.kind} ${invoice.number} of this seller: ${number}.`;
  throw refusalOf(status, "ksef.number-conflict", message);
}

async function accept(work: Work, number: string | null | undefined, session: string, at?: string | null) {
  if (!number || !isKsefNumber(number))
    throw new HubError(
      "ksef.protocol",
      `KSeF accepted the invoice under "${number}", which is not a KSeF number.`,
    );
  const ksef = { number, ...(at ? { acceptedAt: at } : {}) };
  const invoiceReference = work.submission.session?.invoiceReference;
  const change = { ksef, session: { reference: session, ...(invoiceReference ? { invoiceReference } : {}) } };
  await work.save({ state: "accepted", ...change, ...noProblem }, `Accepted under KSeF number ${number}.`);
}

/** accepted -> reported. The receipt is verified before it is archived, and archived before it is reported. */
async function report(work: Work): Promise<void> {
  const { ksef: accepted, session, document, tenant, id } = work.submission;
  if (accepted === undefined || session === undefined)
    throw new Error("accepted without a number or a session");
  const ksef = await work.ksef();
  const answer = await ksef.use((access) => ksef.client.receipt(session.reference, accepted.number, access));
  const { bytes, numberedAt } = verifyReceipt(answer, {
    ksefNumber: accepted.number,
    documentSha256: document.sha256,
  });
  const hash = sha256(bytes);
  // KSeF may sign anew on each download: the hash in the key keeps two such receipts apart.
  const key = `${tenant}/${id}/upo-${Buffer.from(hash, "base64").toString("hex").slice(0, 16)}.xml`;
  await work.engine.archive.put(key, bytes);
  const receipt = { key, sha256: hash, size: bytes.byteLength };
  const number = { ...accepted, acceptedAt: numberedAt };
  await work.save(
    { state: "reported", receipt, ksef: number, ...noProblem },
    "The receipt (UPO) is archived.",
  );
}

/** held or dead -> where it stopped. Throws `submission.not-found` and `submission.not-replayable`. */
export async function replay(engine: Engine, ref: SubmissionRef): Promise<Submission> {
  const work = await takeUp(engine, ref);
  if (work === undefined) throw new HubError("submission.not-found", `There is no invoice ${ref.id}.`);
  const { state, ksef, session } = work.submission;
  if (state !== "held" && state !== "dead")
    throw new HubError("submission.not-replayable", `Invoice ${ref.id} is ${state}.`);
  const sentOrNot =
    session === undefined ? "received" : session.invoiceReference === undefined ? "sending" : "sent";
  await work.save(
    { state: ksef === undefined ? sentOrNot : "accepted", spent: 0, ...noProblem },
    "Replayed.",
  );
  await engine.queue.send({ ...ref });
  return work.submission;
}

const isDue = ({ engine, submission }: Work): boolean =>
  isActive(submission.state) && submission.wakeAt <= engine.clock.now();

async function step(work: Work): Promise<void> {
  const { state, session, tenant, id } = work.submission;
  if (!isActive(state)) return;
  try {
    await steps[state](work);
  } catch (thrown) {
    if (thrown instanceof Overtaken) throw thrown;
    const error = toHubError(thrown);
    const { code, message } = error;
    if (code === "ksef.key-unknown") (await work.ksef()).forgetPublicKeys();
    if (code === "hub.internal") work.engine.log({ level: "error", code, message, tenant, submission: id });
    // What failed before a session was on the ledger cannot have reached KSeF.
    const nothingSent = work.submission.state === "sending" && work.submission.session === undefined;
    // A document that KSeF has refused is not in that session any more: a replay begins anew.
    const refused = state === "sent" && error.action === "attention" && session !== undefined;
    await work.save(
      {
        ...(nothingSent ? { state: "ready" as const } : {}),
        ...afterFailure(work, error),
        ...(refused ? { session: undefined } : {}),
      },
      message,
    );
  }
}

const sendAgain = (work: Work, error: HubError): Promise<void> =>
  work.save({ state: "ready", session: undefined, ...afterFailure(work, error) }, error.message);

/** It stays in `sending`; `settle` asks once KSeF has had time to come to rest. */
function waitAndSettle(work: Work, error: HubError): Promise<void> {
  const { wakeAt = 0, failures = 0, spent = 0, problem } = afterFailure(work, error);
  const quiet = work.engine.clock.now() + work.engine.timing.quietMs;
  return work.save({ failures, spent, problem, wakeAt: Math.max(wakeAt, quiet) }, error.message);
}

function takenBy({ engine }: Work, reference: string, invoiceReference: string): Partial<Submission> {
  const wakeAt = engine.clock.now() + engine.timing.lookMs;
  return { state: "sent", session: { reference, invoiceReference }, looks: 0, wakeAt, ...noProblem };
}

/** Until then nobody else touches the submission; each call under the lease ends well before. */
const lease = ({ engine: { clock, timing } }: Work): number =>
  clock.now() + 2 * timing.deadlineMs + timing.quietMs;

/** An open session costs nothing and ends by itself after twelve hours, so a failure to close it stops nothing. */
async function close(work: Work, reference: string): Promise<void> {
  const { tenant, id } = work.submission;
  try {
    await closeSession(await work.ksef(), reference);
  } catch (thrown) {
    const { code, message } = toHubError(thrown);
    work.engine.log({ level: "warn", code, message, tenant, submission: id });
  }
}
