import type { Engine } from "../engine.ts";
import { replacementOf } from "../issuing/corrections.ts";
import { deadlineOf, outagesOf } from "../issuing/deadline.ts";
import type { Submission } from "../submission.ts";
import { explain, type Explanation } from "./explain.ts";

/**
 * The explanation at this moment; of an invoice issued offline with its deadline, by the outages announced so far, and
 * with whether a technical correction goes in its place.
 */
export async function explainNow(
  engine: Pick<Engine, "table" | "tenants" | "submissions" | "clock">,
  submission: Submission,
): Promise<Explanation> {
  const { offline, tenant } = submission;
  const now = engine.clock.now();
  if (offline === undefined) return explain(submission, { now });
  if (await replacementOf(engine, submission)) return explain(submission, { now, corrected: true });
  return explain(submission, {
    now,
    deadline: deadlineOf({ ...submission, offline }, await outagesOf(engine, tenant)),
  });
}
