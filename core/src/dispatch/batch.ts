import { randomUUID } from "node:crypto";
import * as z from "zod";
import { HubError, toHubError } from "../error.ts";
import { fa3Form } from "../fa3/forms.ts";
import { namedByHash, type BatchDocument } from "../ksef/batch/archive.ts";
import { BatchFailure, sendBatch, type BatchStep } from "../ksef/batch/send.ts";
import { intend, notTaken, sendAgain } from "../lifecycle.ts";
import { Overtaken, type Work } from "../work.ts";
import type { Session } from "./desk.ts";
import { firstLookMs, leastPauseMs } from "./looks.ts";
import { each, sideBySide, take, together, type Office } from "./office.ts";
import type { Waiting } from "./plan.ts";

/** A submission of a batch, and the SHA-256 (Base64) of its document, by which KSeF's answers are matched. */
const manifest = z.array(z.tuple([z.string(), z.string()]));
export type Manifest = z.output<typeof manifest>;

/**
 * Sends these as one batch. The list of them is in the archive and the batch on the desk before any of them is marked;
 * each is marked before the package is made; each step of the session stands on the desk before it is carried out. So
 * whoever comes after a crash knows whether KSeF can have begun, and only the close makes it begin. `packed` is called
 * when the package lies on disk.
 */
export async function ship(
  office: Office,
  waiting: readonly Waiting[],
  offlineMode: boolean,
  packed: () => void,
): Promise<void> {
  const { engine, tenant, desk, ksef, signal } = office;
  const { clock } = engine;
  const [id, now] = [randomUUID(), clock.now()];
  const key = `${tenant}/batches/${id}.json`;
  const list: Manifest = waiting.map((one) => [one.id, one.sha256]);
  await engine.archive.put(key, new TextEncoder().encode(JSON.stringify(list)));
  const session = {
    id,
    kind: "batch",
    openedAt: now,
    invoices: list.length,
    lookAt: never,
    failures: 0,
  } as const;
  await desk.add({ ...session, state: "preparing", manifest: key });

  const members = new Map<string, string>();
  let bytes = 0;
  try {
    await each(waiting, sideBySide, ({ id: member }) =>
      take(office, member, ["ready"], async (work) => {
        await intend(work, { batch: id }, clock.now() + parkedMs);
        members.set(member, work.submission.document.key);
      }),
    );
    await sendBatch(ksef, documents(office, members), {
      folder: engine.batchFolder,
      compression: engine.compression,
      formCode: fa3Form,
      offlineMode,
      clock,
      signal,
      onStep: (step) => {
        if (step.step === "open") {
          bytes = step.size;
          packed();
        }
        return told(office, id, step);
      },
    });
    const closedAt = clock.now();
    const environment = await engine.environmentOf(tenant);
    engine.metrics.batch({ tenant, environment, invoices: members.size, bytes, ms: closedAt - now });
    const pause = Math.max(firstLookMs(office, "batch"), leastPauseMs(office, { id, openedAt: closedAt }));
    await desk.update(id, { state: "closed", openedAt: closedAt, lookAt: closedAt + pause });
  } catch (thrown) {
    if (thrown instanceof Overtaken) return;
    if (thrown instanceof BatchFailure && thrown.step.step === "close" && thrown.outcome === "unknown") {
      // KSeF may be processing it: its status decides, once it has had time to come to rest.
      return desk.update(id, { lookAt: clock.now() + engine.timing.quietMs });
    }
    const error = toHubError(thrown);
    if (error.code === "ksef.key-unknown") ksef.forgetPublicKeys();
    await giveBack(office, id, members.keys(), signal.aborted ? undefined : error);
  }
}

async function told({ desk }: Office, id: string, step: BatchStep): Promise<void> {
  if (step.step === "open") await desk.update(id, { state: "opening" });
  if (step.step === "upload") await desk.update(id, { state: "uploading", reference: step.reference });
  if (step.step === "close") await desk.update(id, { state: "closing" });
}

/** One whose document is lost stays behind, held; the others go on. */
async function* documents(office: Office, members: Map<string, string>): AsyncGenerator<BatchDocument> {
  for (const [id, key] of members) {
    const xml = await office.engine.archive.get(key);
    if (xml !== undefined) {
      yield namedByHash(xml);
      continue;
    }
    members.delete(id);
    const error = new HubError("archive.missing", `The archive has no ${key}.`);
    await take(office, id, ["sending"], (work) => sendAgain(work, error));
  }
}

/** What a dead worker has left of a batch: before the close KSeF has begun nothing, after it the status decides. */
export async function giveBackLost(office: Office, session: Session): Promise<void> {
  if (session.state === "closing") return office.desk.update(session.id, { lookAt: 0 });
  if (session.state === "closed" || session.state === "read") return;
  const members = await membersOf(office, session);
  await giveBack(
    office,
    session.id,
    members.map(([id]) => id),
    undefined,
  );
}

/** To ready again, and the batch is forgotten. Without an error it was cut off and nobody is to blame. */
async function giveBack(
  office: Office,
  batch: string,
  members: Iterable<string>,
  error: HubError | undefined,
): Promise<void> {
  const togetherAt = office.engine.clock.now();
  const back = (work: Work): Promise<void> =>
    error === undefined ? notTaken(work, cutOff) : sendAgain(work, error, { togetherAt });
  await together(office, [...members], (id) => take(office, id, ["sending"], back, { batch }));
  await office.desk.remove(batch);
}

const cutOff = [
  "The batch was cut off before KSeF could process it: the invoice is sent again.",
  "Paczkę przerwano, zanim KSeF mógł ją przetworzyć: faktura zostanie wysłana ponownie.",
] as const;

/** Takes a submission up that this batch holds, whatever its `wakeAt`; nothing happens when it does not. */
export async function takeMember(
  office: Office,
  id: string,
  batch: string,
  step: (work: Work) => Promise<void>,
): Promise<void> {
  await take(office, id, ["sending", "sent", "accepted"], step, { batch });
}

/** The submissions of a batch with their hashes. */
export async function membersOf({ engine }: Office, session: Session): Promise<Manifest> {
  const bytes = session.manifest === undefined ? undefined : await engine.archive.get(session.manifest);
  if (bytes === undefined)
    throw new HubError("archive.missing", `The archive has no list of the batch ${session.id}.`);
  return manifest.parse(JSON.parse(new TextDecoder().decode(bytes)));
}

/** A member of a batch is the batch's: by itself it is looked at only if the batch has been lost. */
export const parkedMs = 3_600_000;
const never = Date.UTC(9999, 0);
