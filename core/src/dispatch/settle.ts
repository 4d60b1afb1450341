import { toHubError } from "../error.ts";
import type { SessionInvoice } from "../ksef/client.ts";
import { invoicesIn } from "../ksef/online.ts";
import { isOfNoUse } from "../ksef/status.ts";
import { notTaken, settle } from "../lifecycle.ts";
import { parkedMs } from "./batch.ts";
import type { Card } from "./board.ts";
import { each, sideBySide, take, type Office } from "./office.ts";
import { leave } from "./online.ts";

/** sending, and whoever was at it was cut off: the session is asked whether it has the invoice. */
export async function settleAll(office: Office, cards: readonly Card[]): Promise<void> {
  await bySession(office, cards, async (reference, group) => {
    const rows = await listed(office, reference, group);
    if (rows === undefined) return;
    if (group.some(({ sha256 }) => isOfNoUse(rows.get(sha256)))) await leave(office, reference);
    await each(group, sideBySide, ({ id, sha256 }) =>
      take(office, id, ["sending"], (work) => settle(work, reference, rows.get(sha256))),
    );
  });
}

/** By session. A member of a batch that is still on the desk is the batch's; what has no session was never sent. */
export async function bySession(
  office: Office,
  cards: readonly Card[],
  work: (reference: string, group: Card[]) => Promise<void>,
): Promise<void> {
  const live = new Set(office.desk.sessions.map(({ id }) => id));
  const groups = Map.groupBy(cards, ({ session }) =>
    session?.batch !== undefined && live.has(session.batch) ? live : session?.reference,
  );
  const now = office.engine.clock.now();
  await each(groups.get(live) ?? [], sideBySide, ({ id }) =>
    take(office, id, ["sending", "sent"], (one) => one.save({ wakeAt: now + parkedMs })),
  );
  await each(groups.get(undefined) ?? [], sideBySide, ({ id }) =>
    take(office, id, ["sending", "sent"], (one) =>
      notTaken(one, ["No session was opened: nothing was sent.", "Nie otwarto sesji: nic nie wysłano."]),
    ),
  );
  const sessions = [...groups].filter((entry): entry is [string, Card[]] => typeof entry[0] === "string");
  await each(sessions, sessionsSideBySide, ([reference, group]) => work(reference, group));
}

/** All of a session by hash; undefined when it could not be had, and then the submissions know why. */
export async function listed(
  office: Office,
  reference: string,
  group: readonly Card[],
): Promise<Map<string, SessionInvoice> | undefined> {
  try {
    return await invoicesIn(office.ksef, reference, office.signal);
  } catch (thrown) {
    const error = toHubError(thrown);
    await each(group, sideBySide, ({ id }) =>
      take(office, id, ["sending", "sent"], () => Promise.reject(error)),
    );
    return undefined;
  }
}

const sessionsSideBySide = 4;
