import * as z from "zod";
import type { Item, Key, Table } from "../ports.ts";

/** When a chore of a company is next to be done, and how it has gone lately. Times in milliseconds since 1970. */
const Plan = z.object({
  /** While a worker does it: when it may be taken from that worker. */
  dueAt: z.number(),
  /** When it last ended well. */
  doneAt: z.number().optional(),
  /** Failures since then, when the first was, and the codes that the operator has been told. */
  failures: z.number(),
  failingSince: z.number().optional(),
  told: z.array(z.string()),
});
export type Plan = z.output<typeof Plan>;

/** A plan as somebody has read it: it can be changed as long as nobody else has. */
export interface Entry {
  plan: Plan;
  version: number;
}

/** When chores are due, on the ledger: a restart repeats none, and of several workers one does it. */
export function timetableOn(table: Table) {
  return {
    read: async (tenant: string, chore: string): Promise<Entry | undefined> => {
      const item = await table.get(key(tenant, chore));
      return item && entryOf(item);
    },
    /** Compare and swap; without an earlier entry the first one. Undefined: somebody else was first. */
    write: async (
      tenant: string,
      chore: string,
      plan: Plan,
      earlier: Entry | undefined,
    ): Promise<Entry | undefined> => {
      const version = earlier?.version ?? 0;
      const written = await table.put({ ...key(tenant, chore), value: plan }, version);
      return written ? { plan, version: version + 1 } : undefined;
    },
  };
}

export type Timetable = ReturnType<typeof timetableOn>;

const key = (tenant: string, chore: string): Key => ({ pk: `T#${tenant}`, sk: `upkeep#${chore}` });

const entryOf = ({ value, version }: Item): Entry => ({ plan: Plan.parse(value), version });
