import type { SessionInvoice } from "../ksef/client.ts";
import { isOfNoUse } from "../ksef/status.ts";
import { judge, settle } from "../lifecycle.ts";
import type { Card } from "./board.ts";
import { learn, nextLooks } from "./looks.ts";
import { each, sideBySide, take, type Office } from "./office.ts";
import { leave } from "./online.ts";
import { bySession, listed } from "./settle.ts";

/**
 * sent: asks what KSeF says of each of these, in the way that spends the least of the request limits: a few one by one,
 * more by the list of their session, which is one request for a thousand.
 */
export async function follow(office: Office, cards: readonly Card[]): Promise<void> {
  await bySession(office, cards, async (reference, group) => {
    const many = group.length > mostOneByOne || group.some(({ session }) => !session?.invoiceReference);
    const nextLook = await looks(office, many, group.length);
    const rows = many ? await listed(office, reference, group) : new Map<string, SessionInvoice>();
    if (rows === undefined) return;
    await each(group, sideBySide, ({ id, sha256, session }) =>
      take(
        office,
        id,
        ["sent"],
        async (work) => {
          // A list may lag behind: only what has no reference of its own is believed to be missing.
          const seen = rows.get(sha256) ?? (await one(office, reference, session?.invoiceReference));
          if (seen === undefined) return settle(work, reference, seen);
          if (isOfNoUse(seen)) await leave(office, reference);
          const { clock } = office.engine;
          const { sentAt = clock.now() } = work.submission;
          await judge(work, reference, seen, nextLook(sentAt));
          if (work.submission.state !== "sent") learn(office, "online", clock.now() - sentAt);
        },
        { early: true },
      ),
    );
  });
}

/** The hour has 1,200 looks at one invoice and 200 at a session, the minute 120 and 20. */
const mostOneByOne = 3;

function looks(office: Office, many: boolean, count: number): Promise<(sentAt: number) => number> {
  const { lookMs } = office.engine.timing;
  // Those that are looked at one by one share what a second allows.
  return many
    ? nextLooks(office, "sessionInvoiceList", lookMs)
    : nextLooks(office, "invoiceStatus", lookMs * Math.ceil(count / 2));
}

async function one({ ksef, signal }: Office, reference: string, invoice: string | undefined) {
  if (invoice === undefined) return undefined;
  return ksef.use((access) => ksef.client.sessionInvoice(reference, invoice, access), signal);
}
