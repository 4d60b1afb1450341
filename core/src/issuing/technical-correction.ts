import type { Engine } from "../engine.ts";
import { HubError } from "../error.ts";
import { submit, type Intake } from "../intake.ts";
import { submissionId, type Submission, type SubmissionRef } from "../submission.ts";
import { originalOf, replacementOf } from "./corrections.ts";

/**
 * Takes in the same invoice, issued offline, in a document KSeF can take, after KSeF has refused the one before for a
 * technical reason. It is a submission of its own with the mode and the instant of issue of the original. Throws
 * `submission.not-found`, `correction.refused`, `correction.content`, and what `submit` throws.
 * Source: ksef-docs, offline/korekta-techniczna.md.
 */
export async function correctTechnically(
  engine: Engine,
  originalRef: SubmissionRef,
  intake: Omit<Intake, "tenant" | "mode" | "corrects">,
): Promise<Submission> {
  const { tenant } = originalRef;
  const original = (await engine.submissions.get(originalRef))?.value;
  if (original === undefined)
    throw new HubError("submission.not-found", `There is no invoice ${originalRef.id}.`);
  const id = submissionId(tenant, intake.idempotencyKey);
  // Whoever repeats a correction means the one there is, however far it has come.
  if ((await engine.submissions.get({ tenant, id })) === undefined)
    await requireCorrectable(engine, original);
  return submit(engine, { ...intake, tenant, mode: original.offline?.mode, corrects: original });
}

/** What KSeF can have against the document itself: the file or its content, or that it is a duplicate. */
const isRefused = ({ state, problem }: Submission): boolean =>
  (state === "rejected" && problem?.code === "ksef.rejected") ||
  (state === "held" && problem?.code === "ksef.number-conflict");

async function requireCorrectable(engine: Engine, original: Submission): Promise<void> {
  const { id, state, offline } = original;
  if (offline === undefined)
    refuse(`Invoice ${id} was not issued offline: hand the right one in as a new invoice.`);
  const first = await originalOf(engine, original);
  if (first !== undefined)
    refuse(`Invoice ${id} is a technical correction itself: correct ${first}, the original.`);
  if (!isRefused(original))
    refuse(`Invoice ${id} is ${state}: KSeF has not refused its document for a technical reason.`);
  const correction = await replacementOf(engine, original);
  if (correction !== undefined)
    refuse(`Invoice ${id} has a technical correction already: ${correction.id} is ${correction.state}.`);
}

function refuse(message: string): never {
  throw new HubError("correction.refused", message);
}
