import * as z from "zod";
import type { Ref } from "../connector.ts";
import type { Key, NewItem, Table } from "../ports.ts";

const problem = z.object({ code: z.string(), message: z.string() });
const fault = z.object({
  code: z.string(),
  message: z.string(),
  messagePl: z.string().optional(),
  path: z.string().optional(),
});

/**
 * A record of the system on its way to become an invoice, and back: one item, found by its ref, however often it is seen.
 *
 * waiting    to be fetched, or fetched again because something may have changed
 * held       a person must change the record or the connection's mapping; a change is noticed
 * skipped    not issued, or issued before the connection begins
 * submitted  its invoice is on its way through KSeF
 * told       what became of it is written back
 */
export const SourceRecord = z.object({
  tenant: z.string(),
  connection: z.string(),
  ref: z.object({ type: z.string(), id: z.string() }),
  state: z.enum(["waiting", "held", "skipped", "submitted", "told"]),
  seenAt: z.number(),
  updatedAt: z.number(),
  /** Nobody acts before this instant: a pause, or the lease of the worker that is acting now. */
  wakeAt: z.number(),
  /** It was seen again since it was last fetched. */
  seenAgain: z.boolean(),
  /** Of the document that was last fetched. */
  revision: z.string().optional(),
  /** Where the archive has it. */
  source: z.string().optional(),
  /** SHA-256 (hex) of the invoice it became: our own writing back changes the record, and not this. */
  invoiceSha256: z.string().optional(),
  /** Its invoice, and how many there were: a document KSeF refused is followed by another. */
  submission: z.string().optional(),
  submissions: z.number(),
  /** The record has changed after its invoice was accepted: a correcting invoice is due, and nothing is sent again. */
  diverged: z.boolean(),
  problem: problem.optional(),
  faults: z.array(fault),
  failures: z.number(),
  /** The outcome that is being written back, or was; and how far each step of that is. */
  outcome: z.string().optional(),
  steps: z.record(z.string(), z.object({ doneAt: z.number().optional(), problem: problem.optional() })),
});
export type SourceRecord = z.output<typeof SourceRecord>;

/** A record as it was read, with the version that a change must still find. */
export interface StoredRecord {
  value: SourceRecord;
  version: number;
}

export interface ConnectionRef {
  tenant: string;
  connection: string;
}

/** Records on the ledger. Index 1 lists those of a connection by when they were first seen, index 2 those that are due. */
export function recordsOn(table: Table) {
  const read = async (of: ConnectionRef, ref: Ref): Promise<StoredRecord | undefined> => {
    const item = await table.get(keyOf(of, ref));
    return item && { value: SourceRecord.parse(item.value), version: item.version };
  };
  const replace = async (stored: StoredRecord, value: SourceRecord): Promise<StoredRecord | undefined> =>
    (await table.put(itemOf(value), stored.version)) ? { value, version: stored.version + 1 } : undefined;

  return {
    get: read,
    /** Undefined: somebody else changed it first. */
    replace,
    /** Durable when it resolves: from now on the record is looked at, or looked at again. */
    see: async (of: ConnectionRef, ref: Ref, now: number): Promise<void> => {
      for (;;) {
        const stored = await read(of, ref);
        if (stored === undefined) {
          if (await table.put(itemOf(newRecord(of, ref, now)), 0)) return;
          continue;
        }
        const { value } = stored;
        // One that waits and is being fetched at this moment may be fetched as it was.
        if (value.seenAgain || (value.state === "waiting" && value.wakeAt <= now)) return;
        // Whoever is at work on it keeps it; a pause after a failure is over.
        if (
          (await replace(stored, { ...value, seenAgain: true, wakeAt: Math.max(now, leaseOf(value)) })) !==
          undefined
        )
          return;
      }
    },
    /** Of a connection, the latest that was first seen first. An index: it may lag. */
    list: async (
      of: ConnectionRef,
      limit: number,
      after?: string,
    ): Promise<{ records: SourceRecord[]; next?: string }> => {
      const query = { index: 1, pk: `${partitionOf(of)}#records`, reverse: true, limit } as const;
      const { items, next } = await table.query({ ...query, ...(after === undefined ? {} : { after }) });
      const records = items.map(({ value }) => SourceRecord.parse(value));
      return next === undefined ? { records } : { records, next };
    },
    /** Those that are due until then, the longest overdue first. An index: it may lag. */
    due: (of: ConnectionRef, until: number): AsyncGenerator<SourceRecord> =>
      listed(2, `${partitionOf(of)}#due`, { to: sortable(until + 1) }),
    /** Those that wait for a person. An index: it may lag. */
    held: (of: ConnectionRef): AsyncGenerator<SourceRecord> => listed(2, `${partitionOf(of)}#held`, {}),
  };

  async function* listed(index: 1 | 2, pk: string, range: { to?: string }): AsyncGenerator<SourceRecord> {
    for (let after: string | undefined; ;) {
      const page = await table.query({ index, pk, ...range, ...(after === undefined ? {} : { after }) });
      for (const { value } of page.items) yield SourceRecord.parse(value);
      if (page.next === undefined) return;
      after = page.next;
    }
  }
}

export type Records = ReturnType<typeof recordsOn>;

function newRecord(of: ConnectionRef, { type, id }: Ref, now: number): SourceRecord {
  return {
    ...of,
    ref: { type, id },
    state: "waiting",
    seenAt: now,
    updatedAt: now,
    wakeAt: now,
    seenAgain: false,
    submissions: 0,
    diverged: false,
    faults: [],
    failures: 0,
    steps: {},
  };
}

/** Without a failure `wakeAt` in the future is the lease of somebody who is acting. */
const leaseOf = ({ failures, wakeAt }: SourceRecord): number => (failures === 0 ? wakeAt : 0);

const partitionOf = ({ tenant, connection }: ConnectionRef): string => `T#${tenant}#connection#${connection}`;

const keyOf = (of: ConnectionRef, { type, id }: Ref): Key => ({
  pk: `${partitionOf(of)}#${type}#${id}`,
  sk: "record",
});

const sortable = (at: number): string => new Date(at).toISOString();

function itemOf(value: SourceRecord): NewItem {
  const { ref, state, seenAgain, wakeAt, seenAt } = value;
  const partition = partitionOf(value);
  const name = `${ref.type}#${ref.id}`;
  const isDue = seenAgain || state === "waiting" || state === "submitted";
  return {
    ...keyOf(value, ref),
    value: JSON.parse(JSON.stringify(value)) as NewItem["value"],
    index1: { pk: `${partition}#records`, sk: `${sortable(seenAt)}#${name}` },
    index2: isDue
      ? { pk: `${partition}#due`, sk: `${sortable(wakeAt)}#${name}` }
      : state === "held"
        ? { pk: `${partition}#held`, sk: name }
        : undefined,
  };
}
