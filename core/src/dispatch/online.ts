import { randomBytes, randomUUID } from "node:crypto";
import { toHubError, type ErrorCode } from "../error.ts";
import { fa3Form } from "../fa3/forms.ts";
import { sessionKeyOf } from "../ksef/encryption.ts";
import { closeSession, openSession, postInvoice, type OnlineSession } from "../ksef/online.ts";
import { intend, posted, sendAgain } from "../lifecycle.ts";
import type { Secrets } from "../ports.ts";
import { Secret } from "../secret.ts";
import { documentOf, type Work } from "../work.ts";
import type { Session } from "./desk.ts";
import { firstLookMs } from "./looks.ts";
import { each, take, warn, type Office } from "./office.ts";
import { parallelSends, type Waiting } from "./plan.ts";

/** Sends each of these in the company's shared online session, which is opened if there is none. */
export async function sendOnline(office: Office, waiting: readonly Waiting[]): Promise<void> {
  let session: OnlineSession;
  try {
    session = await sharedSession(office);
  } catch (thrown) {
    const error = toHubError(thrown);
    if (error.code === "ksef.key-unknown") office.ksef.forgetPublicKeys();
    return each(waiting, parallelSends, ({ id }) =>
      take(office, id, ["ready"], (work) => sendAgain(work, error)),
    );
  }
  await each(waiting, parallelSends, ({ id }) =>
    take(office, id, ["ready"], (work) => send(office, work, session)),
  );
}

async function send(office: Office, work: Work, session: OnlineSession): Promise<void> {
  const { engine, ksef } = office;
  const { deadlineMs, quietMs } = engine.timing;
  const { offline } = work.submission;
  const { reference } = session;
  const xml = await documentOf(work);
  // Until then nobody else touches the submission; the call ends well before.
  await intend(work, { reference }, engine.clock.now() + 2 * deadlineMs + quietMs);
  const outcome = await postInvoice(ksef, session, xml, {
    offlineMode: offline !== undefined,
    ...(offline?.correctedSha256 === undefined ? {} : { hashOfCorrectedInvoice: offline.correctedSha256 }),
  });
  await posted(work, reference, outcome, firstLookMs(office, "online"));
  if (outcome.outcome === "refused" && endsSession.has(outcome.error.code)) await leave(office, reference);
}

/** Nothing more goes into this online session; it ends by itself. */
export async function leave({ desk }: Office, reference: string): Promise<void> {
  const left = desk.sessions.find((session) => isShared(session) && session.reference === reference);
  if (left !== undefined) await desk.remove(left.id);
}

/** After these no further invoice gets into the session: the next one needs another. */
const endsSession: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "ksef.session-closed",
  "ksef.session-unknown",
  "ksef.key-unknown",
]);

const isShared = ({ kind, state }: Session): boolean => kind === "online" && state === "open";

/** The online session that is open and takes invoices for a good while yet. */
export function openOnline({ engine, desk }: Office): Session | undefined {
  return desk.sessions.find(
    (session) => isShared(session) && session.openedAt > engine.clock.now() - longestSessionMs,
  );
}

async function sharedSession(office: Office): Promise<OnlineSession> {
  const { engine, tenant, desk, memory } = office;
  const open = openOnline(office);
  if (open?.reference === undefined) {
    memory.opening ??= openShared(office).finally(() => {
      memory.opening = undefined;
    });
    return memory.opening;
  }
  const secret = await engine.secrets.get(secretOf(tenant));
  if (secret === undefined) {
    // It is gone, and the key of the session with it.
    await desk.remove(open.id);
    return sharedSession(office);
  }
  const now = engine.clock.now();
  if (open.lookAt < now + idleMs / 2) await desk.update(open.id, { lookAt: now + idleMs });
  return { reference: open.reference, key: sessionKeyOf(secret, open.id) };
}

/**
 * The key follows from the company's secret and the name of the session, so whoever comes after a crash goes on in the
 * same session, and no key is stored for each.
 */
async function openShared({ engine, tenant, ksef, desk }: Office): Promise<OnlineSession> {
  const [id, now] = [randomUUID(), engine.clock.now()];
  const key = sessionKeyOf(await companySecret(engine.secrets, tenant), id);
  const session = {
    id,
    kind: "online",
    openedAt: now,
    invoices: 0,
    lookAt: now + idleMs,
    failures: 0,
  } as const;
  await desk.add({ ...session, state: "opening" });
  try {
    const { reference } = await openSession(ksef, fa3Form, key);
    await desk.update(id, { state: "open", reference });
    return { reference, key };
  } catch (error) {
    // If KSeF has opened it all the same, it stays empty and ends by itself.
    await desk.remove(id);
    throw error;
  }
}

/** Closes an online session that has not been used for a while, or is about to end. */
export async function closeIdle(office: Office, session: Session): Promise<void> {
  const { ksef, desk } = office;
  // Forgotten first: nothing may be sent in a session that is being closed.
  await desk.remove(session.id);
  if (session.reference === undefined) return;
  try {
    await closeSession(ksef, session.reference);
  } catch (thrown) {
    // It ends by itself after twelve hours.
    warn(office, thrown);
  }
}

/** KSeF ends a session after twelve hours. */
const longestSessionMs = 11 * 3_600_000;
/** Opening another costs as much as closing: it is kept for as long as the next invoice may well come. */
const idleMs = 600_000;

const secretOf = (tenant: string): string => `${tenant}/session-secret`;

/** Made once. Only who holds the company's desk comes here, and who has lost it cannot enter a session any more. */
async function companySecret(secrets: Secrets, tenant: string): Promise<Secret> {
  const known = await secrets.get(secretOf(tenant), { fresh: true });
  if (known !== undefined) return known;
  const made = new Secret(randomBytes(32).toString("base64"));
  await secrets.put(secretOf(tenant), made);
  return made;
}
