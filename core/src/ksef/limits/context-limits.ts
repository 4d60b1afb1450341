import * as z from "zod";
import type { Key, Table } from "../../ports.ts";

const session = z.object({
  maxInvoiceSizeInMB: z.number(),
  maxInvoiceWithAttachmentSizeInMB: z.number(),
  maxInvoices: z.number(),
});

/** How large an invoice may be and how many a session takes, as `GET /limits/context` says. A MB has 1,000,000 bytes. */
export const ContextLimits = z.object({ onlineSession: session, batchSession: session });
export type ContextLimits = z.output<typeof ContextLimits>;

/** What KSeF allows each company on the ledger; until it has been asked, what it allows by default. */
export function contextLimitsOn(table: Table) {
  return {
    get: async (tenant: string): Promise<ContextLimits> => {
      const item = await table.get(key(tenant));
      return item === undefined ? ordinary : ContextLimits.parse(item.value);
    },
    learn: async (tenant: string, said: ContextLimits): Promise<void> => {
      const item = await table.get(key(tenant));
      // Whoever was first has just learnt the same.
      await table.put({ ...key(tenant), value: said }, item?.version ?? 0);
    },
  };
}

export type ContextLimitsOf = ReturnType<typeof contextLimitsOn>;

const key = (tenant: string): Key => ({ pk: `T#${tenant}`, sk: "context-limits" });

/** Source: ksef-docs, limity/limity.md. */
const ordinarySession = { maxInvoiceSizeInMB: 1, maxInvoiceWithAttachmentSizeInMB: 3, maxInvoices: 10_000 };
const ordinary: ContextLimits = { onlineSession: ordinarySession, batchSession: ordinarySession };
