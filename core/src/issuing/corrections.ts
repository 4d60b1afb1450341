import * as z from "zod";
import type { Engine } from "../engine.ts";
import { isActive, type Submission, type SubmissionRef } from "../submission.ts";

/** Remembers, before the technical correction exists, of which invoice it is one. Doing it again changes nothing. */
export async function linkCorrection({ table }: Pick<Engine, "table">, original: SubmissionRef, id: string) {
  const { tenant } = original;
  const item = {
    ...{ pk: pkOf(original), sk: `correction#${id}` },
    value: { original: original.id, correction: id },
    index1: { pk: `T#${tenant}#corrects#${id}`, sk: original.id },
  };
  await table.put(item, 0);
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

/** The id of the invoice that this is the technical correction of; undefined when it is none. */
export async function correctedBy(
  { table }: Pick<Engine, "table">,
  { tenant, id, offline }: Submission,
): Promise<string | undefined> {
  if (offline?.correctedSha256 === undefined) return undefined;
  const { items } = await table.query({ index: 1, pk: `T#${tenant}#corrects#${id}`, limit: 1 });
  return items[0] && link.parse(items[0].value).original;
}

const link = z.object({ original: z.string(), correction: z.string() });

const pkOf = ({ tenant, id }: SubmissionRef): string => `T#${tenant}#submission#${id}`;

const rank = ({ ksef, state }: Submission): number => (ksef !== undefined ? 2 : isActive(state) ? 1 : 0);
