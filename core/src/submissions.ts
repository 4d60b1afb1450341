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

/**
 * Submissions on the ledger. Index 1 lists a tenant's by age; index 2 its unfinished ones by lane and by when they are
 * due, and those that are held or dead, or were refused after having been issued offline, by when they stopped.
 */
export function submissionsOn(table: Table) {
  const repository = {
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
    /** Those of a lane that are due until then, the longest overdue first. An index: it may lag. */
    lane: async function* (tenant: string, lane: Lane, dueUntil: number): AsyncGenerator<StoredSubmission> {
      for (let after: string | undefined; ;) {
        const page = await table.query({
          index: 2,
          pk: `T#${tenant}#${lane}`,
          to: sortable(dueUntil + 1),
          limit: 1_000,
          ...(after === undefined ? {} : { after }),
        });
        for (const { value, version } of page.items) yield { value: Submission.parse(value), version };
        if (page.next === undefined) return;
        after = page.next;
      }
    },
    /** All that are not at rest and due until then, lane by lane. */
    unfinished: async function* (tenant: string, dueUntil: number): AsyncGenerator<Submission> {
      for (const lane of lanes)
        for await (const { value } of repository.lane(tenant, lane, dueUntil)) yield value;
    },
    /** Those held or dead that stopped between two instants, both inclusive, the longest ago first. An index: it may lag. */
    stopped: (tenant: string, from: number, to: number): AsyncGenerator<Submission> =>
      repository.ended(tenant, "stopped", from, to),
    /** Those issued offline that KSeF has refused, in the same way: each needs a technical correction in time. */
    refusedOffline: (tenant: string, from: number, to: number): AsyncGenerator<Submission> =>
      repository.ended(tenant, "refused", from, to),
    ended: async function* (
      tenant: string,
      how: "stopped" | "refused",
      from: number,
      to: number,
    ): AsyncGenerator<Submission> {
      for (let after: string | undefined; ;) {
        const page = await table.query({
          index: 2,
          pk: `T#${tenant}#${how}`,
          from: sortable(from),
          to: sortable(to + 1),
          ...(after === undefined ? {} : { after }),
        });
        for (const { value } of page.items) yield Submission.parse(value);
        if (page.next === undefined) return;
        after = page.next;
      }
    },
  };
  return repository;
}

/** Where the unfinished wait: to be sent, before others or in turn; or for whatever else is next. */
const lanes = ["urgent", "ready", "pending"] as const;
export type Lane = (typeof lanes)[number];

function laneOf({ state, urgent }: Submission): Lane {
  if (state !== "ready") return "pending";
  return urgent ? "urgent" : "ready";
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
    index2: whereToLook(value),
  };
}

function whereToLook(value: Submission): Key | undefined {
  const { tenant, id, state, wakeAt, updatedAt, offline } = value;
  if (isActive(state)) return { pk: `T#${tenant}#${laneOf(value)}`, sk: `${sortable(wakeAt)}#${id}` };
  if (state === "held" || state === "dead")
    return { pk: `T#${tenant}#stopped`, sk: `${sortable(updatedAt)}#${id}` };
  if (state === "rejected" && offline !== undefined)
    return { pk: `T#${tenant}#refused`, sk: `${sortable(updatedAt)}#${id}` };
  return undefined;
}
