import type { Engine } from "../engine.ts";
import { deadlineOf, outagesOf } from "../issuing/deadline.ts";
import type { Submission } from "../submission.ts";
import { explain, type Explanation } from "./explain.ts";

/** The explanation at this moment; of an invoice issued offline with its deadline, by the outages announced so far. */
export async function explainNow(
  engine: Pick<Engine, "table" | "tenants" | "clock">,
  submission: Submission,
): Promise<Explanation> {
  const { offline, tenant } = submission;
  const now = engine.clock.now();
  if (offline === undefined) return explain(submission, { now });
  return explain(submission, {
    now,
    deadline: deadlineOf({ ...submission, offline }, await outagesOf(engine, tenant)),
  });
}
