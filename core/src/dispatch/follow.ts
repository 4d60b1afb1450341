import { toHubError } from "../error.ts";
import type { SessionInvoice } from "../ksef/client.ts";
import { invoicesIn } from "../ksef/online.ts";
import { judge, notTaken, settle } from "../lifecycle.ts";
import type { Work } from "../work.ts";
import { parkedMs } from "./batch.ts";
import type { Card } from "./board.ts";
import { each, sideBySide, take, type Office } from "./office.ts";

/**
 * sent: asks what KSeF says of each of these, in the way that spends the least of the request limits: a few one by one,
 * more by the list of their session.
 */
export async function follow(office: Office, cards: readonly Card[]): Promise<void> {
  const pauses = await lookPauses(office);
  const look = (id: string, see: (work: Work) => Promise<SessionInvoice | undefined>) =>
    take(office, id, ["sent"], async (work) => {
      const seen = await see(work);
      if (seen === undefined) return settle(work, seen);
      const { sentAt = office.engine.clock.now() } = work.submission;
      await judge(work, seen, pauses(sentAt));
      if (work.submission.state !== "sent") learn(office, office.engine.clock.now() - sentAt);
    });

  const one = ({ session }: Card, reference: string): Promise<SessionInvoice | undefined> => {
    const { ksef } = office;
    const invoice = session?.invoiceReference;
    if (invoice === undefined) return Promise.resolve(undefined);
    return ksef.use((access) => ksef.client.sessionInvoice(reference, invoice, access));
  };
  await bySession(office, cards, async (reference, group) => {
    const many = group.length > mostOneByOne || group.some(({ session }) => !session?.invoiceReference);
    const rows = many ? await listed(office, reference, group) : new Map<string, SessionInvoice>();
    if (rows === undefined) return;
    // A list may lag behind: only what has no reference of its own is believed to be missing.
    await each(group, sideBySide, (card) =>
      look(card.id, async () => rows.get(card.sha256) ?? one(card, reference)),
    );
  });
}

/** sending, and whoever was at it was cut off: the session is asked whether it has the invoice. */
export async function settleAll(office: Office, cards: readonly Card[]): Promise<void> {
  await bySession(office, cards, async (reference, group) => {
    const rows = await listed(office, reference, group);
    if (rows !== undefined)
      await each(group, sideBySide, ({ id, sha256 }) =>
        take(office, id, ["sending"], (work) => settle(work, rows.get(sha256))),
      );
  });
}

/** By session. A member of a batch that is still on the desk is the batch's; what has no session was never sent. */
async function bySession(
  office: Office,
  cards: readonly Card[],
  work: (reference: string, group: Card[]) => Promise<void>,
): Promise<void> {
  const live = new Set(office.desk.sessions.map(({ id }) => id));
  const groups = Map.groupBy(cards, ({ session }) =>
    session?.batch !== undefined && live.has(session.batch) ? live : session?.reference,
  );
  const parked = groups.get(live) ?? [];
  const now = office.engine.clock.now();
  await each(parked, sideBySide, ({ id }) =>
    take(office, id, ["sending", "sent"], (one) => one.save({ wakeAt: now + parkedMs })),
  );
  const lost = groups.get(undefined) ?? [];
  await each(lost, sideBySide, ({ id }) =>
    take(office, id, ["sending", "sent"], (one) =>
      notTaken(one, ["No session was opened: nothing was sent.", "Nie otwarto sesji: nic nie wysłano."]),
    ),
  );
  const sessions = [...groups].filter((entry): entry is [string, Card[]] => typeof entry[0] === "string");
  await each(sessions, sessionsSideBySide, ([reference, group]) => work(reference, group));
}

/** All of a session by hash; undefined when it could not be had, and then the submissions know why. */
async function listed(office: Office, reference: string, group: readonly Card[]) {
  try {
    return await invoicesIn(office.ksef, reference);
  } catch (thrown) {
    const error = toHubError(thrown);
    await each(group, sideBySide, ({ id }) =>
      take(office, id, ["sending", "sent"], () => Promise.reject(error)),
    );
    return undefined;
  }
}

/** A page of the list holds a thousand and the hour has 200 of them, beside 1,200 looks at one. */
const mostOneByOne = 6;
const sessionsSideBySide = 4;

/**
 * How long until the next look at what was sent at an instant: a tenth of the time it has taken so far, so that no look
 * comes late by more than that; and longer, the more of the hour's looks are spent.
 */
export async function lookPauses({ engine, tenant }: Office): Promise<(sentAt: number) => number> {
  const { clock, budget, timing } = engine;
  const [limits, window] = await Promise.all([budget.limits(tenant), budget.window(tenant, "invoiceStatus")]);
  const now = clock.now();
  const spent = window.requests.filter((at) => at > now - hour).length / limits.invoiceStatus.perHour;
  return (sentAt) => {
    const pause = (now - sentAt) * (0.1 + spent);
    return Math.min(Math.max(pause, timing.lookMs), timing.longestLookMs);
  };
}

const hour = 3_600_000;

/** Remembers how long KSeF takes, the latest counting most. */
export function learn({ memory }: Office, tookMs: number): void {
  memory.usualMs = memory.usualMs === 0 ? tookMs : 0.7 * memory.usualMs + 0.3 * tookMs;
}
