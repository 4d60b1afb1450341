import type { Engine } from "./engine.ts";
import { HubError, toHubError } from "./error.ts";
import type { KsefConnection } from "./ksef/connection.ts";
import { sha256 } from "./ksef/encryption.ts";
import type { Answer } from "./ksef/http.ts";
import { verifyReceipt } from "./ksef/receipt.ts";
import { tellFailure, tellMove } from "./metrics/moves.ts";
import type { StoredSubmission } from "./submissions.ts";
import { isActive, withEvent, type Problem, type Submission, type SubmissionRef } from "./submission.ts";

/** A line of the timeline, in English and in Polish. */
export type Said = readonly [en: string, pl: string];

/** One worker's hold on one submission: what it is now, and the only way to change it. */
export interface Work {
  readonly engine: Engine;
  readonly submission: Submission;
  /**
   * Compare and swap on the ledger, with a line for the timeline if there is something to say.
   * Throws `Overtaken` when another worker changed the submission meanwhile: then it is theirs.
   */
  save(change: Partial<Submission>, said?: Said): Promise<void>;
  ksef(): Promise<KsefConnection>;
  /** Ends calls that only read: whoever stops does not wait for them. */
  readonly signal?: AbortSignal | undefined;
}

/** Another worker has this submission now. Not an error: whoever was first goes on. */
export class Overtaken extends Error {
  override readonly name = "Overtaken";
}

export async function takeUp(engine: Engine, ref: SubmissionRef): Promise<Work | undefined> {
  const found = await engine.submissions.get(ref);
  return found && workOn(engine, found);
}

/** `noted` hears what the submission has become, each time it was changed. */
export function workOn(
  engine: Engine,
  found: StoredSubmission,
  { noted, signal }: { noted?: (submission: Submission) => void; signal?: AbortSignal } = {},
): Work {
  let stored = found;
  return {
    engine,
    signal,
    get submission() {
      return stored.value;
    },
    save: async (change, said) => {
      const now = engine.clock.now();
      const next = { ...stored.value, wakeAt: now, ...change, updatedAt: now };
      if (said !== undefined) {
        const [message, messagePl] = said;
        const code = change.problem?.code;
        const event = {
          at: now,
          state: next.state,
          message,
          messagePl,
          ...(code === undefined ? {} : { code }),
        };
        next.timeline = withEvent(next.timeline, event);
      }
      const replaced = await engine.submissions.replace(stored, next);
      if (replaced === undefined) throw new Overtaken();
      const before = stored.value;
      stored = replaced;
      noted?.(replaced.value);
      await tellMove(engine, before, replaced.value);
    },
    ksef: () => engine.ksef(stored.value.tenant),
  };
}

/**
 * Takes a step. What it throws becomes what the submission waits or stops for; resolves as well when another worker has
 * the submission by now.
 */
export async function attempt(work: Work, step: (work: Work) => Promise<void>): Promise<void> {
  try {
    await step(work);
  } catch (thrown) {
    try {
      if (!(thrown instanceof Overtaken)) await fail(work, toHubError(thrown));
    } catch (again) {
      if (!(again instanceof Overtaken)) throw again;
    }
  }
}

async function fail(work: Work, error: HubError): Promise<void> {
  const { state, tenant, id } = work.submission;
  const { code, message } = error;
  if (!isActive(state)) return;
  await tellFailure(work.engine, work.submission, code);
  if (code === "ksef.key-unknown") (await work.ksef()).forgetPublicKeys();
  if (code === "hub.internal") work.engine.log({ level: "error", code, message, tenant, submission: id });
  await work.save(afterFailure(work, error), inWords(error));
}

/** Failures that are not an outage, before a submission is dead. With the longest pause they span half a day. */
const budget = 150;

/**
 * What a failure makes of a submission. The code decides: wait and try again, stop for a person, or the end. `togetherAt`:
 * when it failed with others that are to come back with it.
 */
export function afterFailure(
  { engine, submission }: Work,
  error: HubError,
  togetherAt?: number,
): Partial<Submission> {
  const problem = problemOf(error);
  if (error.action === "reject") return { state: "rejected", problem };
  if (error.action === "attention") return { state: "held", problem };
  const failures = submission.failures + 1;
  const spent = submission.spent + (error.outage ? 0 : 1);
  if (spent >= budget) return { state: "dead", problem, failures, spent };
  const { backoffMs, longestBackoffMs } = engine.timing;
  const pause = Math.min(backoffMs * 2 ** Math.min(failures - 1, 30), longestBackoffMs);
  // Between half and all of the pause, so that those who failed at the same time do not come back at the same time.
  const jittered = togetherAt === undefined ? pause / 2 + (Math.random() * pause) / 2 : pause;
  const wakeAt = (togetherAt ?? engine.clock.now()) + Math.max(jittered, error.retryAfterMs ?? 0);
  return { problem, failures, spent, wakeAt };
}

export function problemOf({ code, message, upstream }: HubError): Problem {
  return upstream === undefined ? { code, message } : { code, message, upstream };
}

/** What a step forward leaves behind. */
export const noProblem = { problem: undefined, failures: 0 };

/** The FA(3) document of a submission. */
export async function documentOf({ engine, submission }: Work): Promise<Uint8Array> {
  const xml = await engine.archive.get(submission.document.key);
  if (xml === undefined)
    throw new HubError("archive.missing", `The archive has no ${submission.document.key}.`);
  return xml;
}

/** What went wrong, in both languages; what KSeF said stays as it said it. */
export function inWords(error: HubError): Said {
  const { description, details = [] } = error.upstream ?? {};
  const theirs = description === undefined ? "" : ` ${[description, ...details].join(" ")}`;
  return [error.message, `${error.titlePl}.${theirs}`];
}

/** The receipt is verified before it is archived, and archived before it is reported. */
export async function archiveReceipt(work: Work, ksefNumber: string, answer: Answer) {
  const { tenant, id, document } = work.submission;
  const { bytes, numberedAt } = verifyReceipt(answer, { ksefNumber, documentSha256: document.sha256 });
  const hash = sha256(bytes);
  // KSeF may sign anew on each download: the hash in the key keeps two such receipts apart.
  const key = `${tenant}/${id}/upo-${Buffer.from(hash, "base64").toString("hex").slice(0, 16)}.xml`;
  await work.engine.archive.put(key, bytes);
  const receipt = { key, sha256: hash, size: bytes.byteLength };
  return { receipt, ksef: { number: ksefNumber, acceptedAt: numberedAt } };
}
