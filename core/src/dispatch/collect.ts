import { HubError, toHubError } from "../error.ts";
import type { KsefClient, SessionInvoice } from "../ksef/client.ts";
import { readCollectiveReceipt } from "../ksef/receipt.ts";
import { refusalOf } from "../ksef/status.ts";
import { accept, judge, report, sendAgain, taken } from "../lifecycle.ts";
import type { Work } from "../work.ts";
import { membersOf, parkedMs, takeMember, type Manifest } from "./batch.ts";
import type { Session } from "./desk.ts";
import { learn, leastPauseMs, nextLooks } from "./looks.ts";
import { each, sideBySide, take, together, warn, type Office } from "./office.ts";

type Status = Awaited<ReturnType<KsefClient["sessionStatus"]>>;

/** Looks at what has become of a batch, and once KSeF is through with it takes every result. */
export async function lookAtBatch(office: Office, session: Session): Promise<void> {
  const { engine, ksef, desk, signal } = office;
  const { reference } = session;
  const now = engine.clock.now();
  if (reference === undefined) return desk.remove(session.id);
  try {
    const nextLook = await nextLooks(office, "sessionMisc", leastPauseMs(office, session));
    const status = await ksef.use((access) => ksef.client.sessionStatus(reference, access), signal);
    const { code } = status.status;
    if (code === 100 && (session.state === "closing" || now - session.openedAt > closeLostMs)) {
      // It was never closed: nothing is processed before it is, and closing twice does no more than closing once.
      await ksef.use((access) => ksef.client.closeBatch(reference, access));
    } else if (code >= 200) {
      if (session.state !== "read") await learnFrom(office, session);
      return await collect(office, { ...session, reference }, status);
    }
    const lookAt = nextLook(session.openedAt);
    await desk.update(session.id, { state: "closed", lookAt, failures: 0 });
    if (session.marked !== true && now - session.openedAt > quickMs) await mark(office, session);
  } catch (thrown) {
    const error = toHubError(thrown);
    if (signal.aborted) return;
    if (error.code === "ksef.session-unknown")
      return await finish(office, session, await membersOf(office, session), error);
    if (error.action !== "retry") warn(office, error);
    const { backoffMs, longestBackoffMs } = engine.timing;
    const pause = Math.min(backoffMs * 2 ** Math.min(session.failures, 30), longestBackoffMs);
    const lookAt = now + Math.max(pause, error.retryAfterMs ?? 0);
    await desk.update(session.id, { lookAt, failures: session.failures + 1 });
  }
}

const closeLostMs = 60_000;

/** How long KSeF took for this batch is what it will take for those it was given after it. */
async function learnFrom(office: Office, session: Session): Promise<void> {
  const now = office.engine.clock.now();
  const tookMs = now - session.openedAt;
  learn(office, "batch", tookMs);
  await office.desk.updateEach((other) => {
    if (other.kind !== "batch" || other.state !== "closed" || other.id === session.id) return other;
    return { ...other, lookAt: Math.min(other.lookAt, Math.max(now, other.openedAt + tookMs)) };
  });
  office.bell.ring();
}

/** A batch that is through before is not marked as sent. */
const quickMs = 10_000;

/** sending -> sent, for all of a batch. */
async function mark(office: Office, { id, reference }: Session): Promise<void> {
  const { desk } = office;
  const session = desk.sessions.find((known) => known.id === id);
  if (session === undefined || reference === undefined) return;
  const members = await membersOf(office, session);
  await each(members, sideBySide, ([member]) =>
    take(office, member, ["sending"], (work) => taken(work, { batch: id, reference }, parkedMs), {
      batch: id,
    }),
  );
  await desk.update(id, { marked: true });
}

/**
 * The results of a batch that is through. First the numbers, all at once from the receipt of the session, since downloads
 * are not counted; then page by page KSeF's list, which has the refusals and the link to each receipt.
 */
async function collect(
  office: Office,
  session: Session & { reference: string },
  status: Status,
): Promise<void> {
  const { engine, ksef, desk, signal } = office;
  const { id, reference } = session;
  const members = await membersOf(office, session);
  const byHash = new Map(members.map(([member, sha256]) => [sha256, member]));
  if (session.state !== "read") {
    await acceptByReceipts(office, session, members, status);
    await desk.update(id, { state: "read", page: undefined });
  }
  try {
    for (let next = session.page; ;) {
      const page = await ksef.use((access) => ksef.client.sessionInvoices(reference, next, access), signal);
      await each(page.invoices, sideBySide, async (seen) => {
        const member = byHash.get(seen.invoiceHash);
        if (member !== undefined) await takeMember(office, member, id, (work) => see(work, reference, seen));
      });
      next = page.continuationToken ?? undefined;
      if (next === undefined) break;
      await desk.update(id, { page: next });
    }
  } catch (thrown) {
    const error = toHubError(thrown);
    // A token for the next page that KSeF no longer takes: from the beginning.
    if (error.code === "ksef.bad-request") await desk.update(id, { page: undefined });
    if (error.code !== "ksef.rate-limited") throw error;
    return desk.update(id, { lookAt: engine.clock.now() + (error.retryAfterMs ?? 0) });
  }
  const { code } = status.status;
  if (code === 415 || code === 435) ksef.forgetPublicKeys();
  await finish(office, session, members, code === 200 ? without : refusalOf(status.status, "ksef.cancelled"));
}

const without = new HubError(
  "ksef.cancelled",
  "KSeF is through with the batch and does not have the invoice.",
);

const see = (work: Work, reference: string, seen: SessionInvoice): Promise<void> =>
  work.submission.state === "accepted" ? report(work, seen.upoDownloadUrl) : judge(work, reference, seen);

/** The numbers of all that were accepted, from the receipts of the session. Where that fails, the list has them too. */
async function acceptByReceipts(
  office: Office,
  session: Session & { reference: string },
  members: Manifest,
  { upo }: Status,
): Promise<void> {
  const { id, reference } = session;
  const accepted = new Map<string, { number: string; numberedAt: string }>();
  try {
    for (const { downloadUrl } of upo?.pages ?? []) {
      const answer = await office.ksef.client.download(downloadUrl, office.signal);
      for (const [sha256, entry] of readCollectiveReceipt(answer)) accepted.set(sha256, entry);
    }
  } catch (thrown) {
    warn(office, thrown);
  }
  await each(members, sideBySide, async ([member, sha256]) => {
    const entry = accepted.get(sha256);
    if (entry === undefined) return;
    const seen = { ksefNumber: entry.number, acquisitionDate: entry.numberedAt };
    await takeMember(office, member, id, async (work) => {
      if (work.submission.state === "accepted") return;
      // Its own receipt comes with the list. A place in the index that stays costs nothing on DynamoDB.
      const parkedUntil = Math.max(work.submission.wakeAt, office.engine.clock.now() + parkedMs / 2);
      await accept(work, seen, { batch: id, reference }, parkedUntil);
    });
  });
}

/**
 * What the list did not have, KSeF has not taken. The others go on by themselves. Those whose batch was refused as a whole
 * try once more together, and then in quarters: whatever the cause is, it gets alone within a few rounds.
 */
async function finish(office: Office, session: Session, members: Manifest, error: HubError): Promise<void> {
  const tooMany = error.upstream?.code === 420;
  const togetherAt = office.engine.clock.now();
  const next = (before: number | undefined): number =>
    before === undefined && !tooMany ? members.length : Math.ceil(members.length / 4);
  await together(
    office,
    members.map(([member]) => member),
    (member) =>
      takeMember(office, member, session.id, async (work) => {
        const { state, status, batchAtMost } = work.submission;
        if (state === "accepted" || status !== undefined) return;
        const change = error === without ? {} : { batchAtMost: next(batchAtMost), togetherAt };
        await sendAgain(work, error, change);
      }),
  );
  await office.desk.remove(session.id);
}
