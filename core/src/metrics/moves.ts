import { stateSince } from "../explain/phase.ts";
import type { Submission } from "../submission.ts";
import type { EngineMetrics, Whose } from "./metrics.ts";

/** Where the engine tells what it does, and how a tenant's environment is called there. */
export interface Teller {
  metrics: EngineMetrics;
  environmentOf(tenant: string): Promise<string>;
}

/** Counts that a submission has become another, if its state is another; without `before` it was taken in. Never throws. */
export async function tellMove(
  teller: Teller,
  before: Submission | undefined,
  after: Submission,
): Promise<void> {
  if (before?.state === after.state) return;
  teller.metrics.stage({
    ...(await whoseOf(teller, after)),
    from: before?.state,
    to: after.state,
    ms: before === undefined ? 0 : after.updatedAt - stateSince(before),
    wholeMs: after.updatedAt - after.createdAt,
  });
}

/** Counts that a step of a submission failed. Never throws. */
export async function tellFailure(
  teller: Teller,
  submission: Pick<Submission, "tenant">,
  code: string,
): Promise<void> {
  teller.metrics.failure({ ...(await whoseOf(teller, submission)), code });
}

async function whoseOf(teller: Teller, { tenant }: Pick<Submission, "tenant">): Promise<Whose> {
  return { tenant, environment: await teller.environmentOf(tenant) };
}
