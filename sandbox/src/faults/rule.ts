import * as z from "zod";
import { nipPattern } from "../nip.ts";
import { fault, type FaultInput } from "./fault.ts";

const ruleObject = z.strictObject({
  id: z.string().min(1).max(64).optional(),
  on: z
    .strictObject({
      method: z.string().toUpperCase().optional(),
      /** Below `/v2`, or `/storage/…` or `/latarnia/…`, which has to be named; `*` is one part and `**` any number of them: `/sessions/online/*\/invoices`. */
      path: z.string().startsWith("/").optional(),
      /** Of the company in whose context the caller acts. */
      nip: z.string().regex(nipPattern).optional(),
      /** P_2 of an invoice, for the faults `invoice-…`, `storage-late` and `upo-late`. */
      number: z.string().optional(),
    })
    .default({}),
  /** How often it strikes. Absent: without end. */
  times: z.number().int().min(1).optional(),
  /** How many matches are let off first. */
  skip: z.number().int().min(0).default(0),
  /** Of each match, decided by the seed of the sandbox. */
  probability: z.number().min(0).max(1).optional(),
  /** Milliseconds after which it ends by itself. */
  forMs: z.number().int().min(1).optional(),
  fault,
});

/**
 * When which fault strikes. Everything named in `on` has to hold; an empty `on` is every request. In short a rule is just
 * its fault: `"html-502"`.
 */
export const faultRule = z.preprocess(
  (input) => (typeof input === "string" ? { fault: input } : input),
  ruleObject,
);

export type FaultRule = z.output<typeof ruleObject>;
export type FaultRuleInput = string | (Omit<z.input<typeof ruleObject>, "fault"> & { fault: FaultInput });
