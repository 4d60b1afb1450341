import * as z from "zod";
import type { Engine } from "../engine.ts";
import { isActive, type Submission, type SubmissionRef } from "../submission.ts";

/**
 * Remembers, before the technical correction exists, of which invoice it is one; with both, for an index may lag. Doing
 * it again changes nothing.
 */
export async function linkCorrection(
  { table }: Pick<Engine, "table">,
  original: SubmissionRef,
  id: string,
): Promise<void> {
  const value = { original: original.id, correction: id };
  await table.put({ pk: pkOf(original), sk: `correction#${id}`, value }, 0);
  await table.put({ pk: pkOf({ tenant: original.tenant, id }), sk: "corrects", value }, 0);
}

/** The technical correction that counts: the accepted one, else the one on its way, else the latest; undefined: none. */
export async function correctionOf(
  { table, submissions }: Pick<Engine, "table" | "submissions">,
  original: Submission,
): Promise<Submission | undefined> {
  const { tenant } = original;
  const { items } = await table.query({ pk: pkOf(original), from: "correction#", to: "correction#~" });
  const found = await Promise.all(
    items.map(({ value }) => submissions.get({ tenant, id: link.parse(value).correction })),
  );
  return found
    .flatMap((stored) => stored?.value ?? [])
    .filter(({ offline }) => offline?.correctedSha256 === original.document.sha256)
    .toSorted((a, b) => rank(b) - rank(a) || b.createdAt - a.createdAt)[0];
}

/** The technical correction that goes in its place: on its way, or accepted. */
export async function replacementOf(
  engine: Pick<Engine, "table" | "submissions">,
  original: Submission,
): Promise<Submission | undefined> {
  const correction = await correctionOf(engine, original);
  return correction !== undefined && rank(correction) > 0 ? correction : undefined;
}

/** The id of the invoice that this is the technical correction of; undefined when it is none. */
export async function originalOf(
  { table }: Pick<Engine, "table">,
  submission: Submission,
): Promise<string | undefined> {
  if (submission.offline?.correctedSha256 === undefined) return undefined;
  const item = await table.get({ pk: pkOf(submission), sk: "corrects" });
  return item && link.parse(item.value).original;
}

const link = z.object({ original: z.string(), correction: z.string() });

const pkOf = ({ tenant, id }: SubmissionRef): string => `T#${tenant}#submission#${id}`;

const rank = ({ ksef, state }: Submission): number => (ksef !== undefined ? 2 : isActive(state) ? 1 : 0);
