import type { Key, NewItem, Table } from "./ports.ts";
import { isActive, Submission, type SubmissionRef } from "./submission.ts";

/** A submission as it was read, with the version that a change must still find. */
export interface StoredSubmission {
  value: Submission;
  version: number;
}

export interface SubmissionPage {
  submissions: Submission[];
  next?: string;
}

/** Submissions on the ledger. Index 1 lists a tenant's by age, index 2 its unfinished ones by when they are due. */
export function submissionsOn(table: Table) {
  return {
    get: async (ref: SubmissionRef): Promise<StoredSubmission | undefined> => {
      const item = await table.get(keyOf(ref));
      return item && { value: Submission.parse(item.value), version: item.version };
    },
    /** False: the submission exists already. */
    create: (submission: Submission): Promise<boolean> => table.put(itemOf(submission), 0),
    /** Undefined: somebody else changed it first. */
    replace: async (stored: StoredSubmission, value: Submission): Promise<StoredSubmission | undefined> =>
      (await table.put(itemOf(value), stored.version)) ? { value, version: stored.version + 1 } : undefined,
    /** The newest first. */
    list: async (tenant: string, limit: number, after?: string): Promise<SubmissionPage> => {
      const page = await table.query({
        index: 1,
        pk: `T#${tenant}#submissions`,
        reverse: true,
        limit,
        ...(after === undefined ? {} : { after }),
      });
      const submissions = page.items.map(({ value }) => Submission.parse(value));
      return page.next === undefined ? { submissions } : { submissions, next: page.next };
    },
    /** Those that are not at rest and due until then, the longest overdue first. An index: it may lag. */
    unfinished: async function* (tenant: string, dueUntil: number): AsyncGenerator<Submission> {
      for (let after: string | undefined; ;) {
        const page = await table.query({
          index: 2,
          pk: `T#${tenant}#unfinished`,
          to: sortable(dueUntil + 1),
          ...(after === undefined ? {} : { after }),
        });
        for (const { value } of page.items) yield Submission.parse(value);
        if (page.next === undefined) return;
        after = page.next;
      }
    },
  };
}

export type Submissions = ReturnType<typeof submissionsOn>;

const keyOf = ({ tenant, id }: SubmissionRef): Key => ({
  pk: `T#${tenant}#submission#${id}`,
  sk: "submission",
});

const sortable = (at: number): string => new Date(at).toISOString();

function itemOf(value: Submission): NewItem {
  const { tenant, id } = value;
  return {
    ...keyOf(value),
    value,
    index1: { pk: `T#${tenant}#submissions`, sk: `${sortable(value.createdAt)}#${id}` },
    index2: isActive(value.state)
      ? { pk: `T#${tenant}#unfinished`, sk: `${sortable(value.wakeAt)}#${id}` }
      : undefined,
  };
}
