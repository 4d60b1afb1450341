import { verdictOf } from "../ksef/status.ts";
import { judge, settle } from "../lifecycle.ts";
import { isActive, type Submission, type SubmissionRef } from "../submission.ts";
import { attempt, workOn } from "../work.ts";
import type { Finding, Run, Seen } from "./run.ts";

/** What came of a submission: undefined when there is nothing to learn from what was seen. */
export type Recovery = Pick<Finding, "what" | "code"> | { what: "known" } | undefined;

/** Lets a submission without a KSeF number take what KSeF's session says of it. It only goes on from here, never back. */
export async function recover(run: Run, ref: SubmissionRef, seen: Seen): Promise<Recovery> {
  const { engine } = run;
  // The list was an index, which may lag.
  const stored = await engine.submissions.get(ref);
  if (stored === undefined) return undefined;
  const before = stored.value;
  if (before.ksef !== undefined) return { what: "known" };
  if (!isNews(before, seen)) return before.state === "sent" ? { what: "processing" } : undefined;
  if (!run.alone && isActive(before.state) && before.wakeAt > engine.clock.now()) return { what: "busy" };
  if (run.dryRun) return { what: expected(seen) };

  const { session, invoice } = seen;
  const work = workOn(engine, stored);
  await attempt(work, () =>
    before.state === "sent" ? judge(work, session, invoice) : settle(work, session, invoice),
  );
  const after = work.submission;
  if (after === before) return { what: "busy" };
  if (isActive(after.state)) await engine.ring(ref, after);
  return outcomeOf(after);
}

/**
 * That KSeF has it is news to all. That it refused it once is news only to those who wait for just that: the others may
 * have been mended since.
 */
function isNews({ state, session }: Submission, seen: Seen): boolean {
  const { verdict } = verdictOf(seen.invoice.status.code);
  if (verdict === "accepted") return state !== "rejected";
  if (verdict === "wait") return state !== "rejected" && state !== "sent";
  if (verdict === "duplicate") return isActive(state);
  return (state === "sending" || state === "sent") && session?.reference === seen.session;
}

function expected({ invoice }: Seen): Finding["what"] {
  const { verdict } = verdictOf(invoice.status.code);
  if (verdict === "accepted" || verdict === "duplicate") return "recovered";
  return verdict === "wait" ? "processing" : "refused";
}

function outcomeOf({ state, ksef, problem }: Submission): Recovery {
  if (ksef !== undefined) return { what: "recovered" };
  if (problem === undefined) return { what: "processing" };
  return { what: state === "rejected" ? "refused" : "failed", code: problem.code };
}
