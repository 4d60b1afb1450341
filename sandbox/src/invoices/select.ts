import { warsawDate } from "@ksef-hub/core";
import { parse, Refusal } from "../refusal.ts";
import type { ContextIdentifier, State } from "../state.ts";
import { isTooLong, type DateType } from "./date-range.ts";
import { invoiceFilters, matches, type Filters } from "./filters.ts";
import type { ReadableInvoice } from "./readable.ts";

/** What filters find now. */
export interface Selection {
  /** By the date asked for, the earliest first. */
  invoices: ReadableInvoice[];
  /** In milliseconds; only when the date asked for is that of permanent storage. */
  permanentStorageHwm: number | undefined;
  /** The range begins after what is known to be complete, to which it was to be restricted. */
  isBeyondHwm: boolean;
}

/** Filters as they were sent. Throws 21405, also for a range longer than three months. */
export function readFilters(state: State, input: unknown): Filters {
  const filters = parse(invoiceFilters, input);
  const { from, to } = filters.dateRange;
  if (isTooLong(from, to ?? state.clock.now()))
    throw new Refusal(21405, "'dateRange' must not exceed 3 months.");
  return filters;
}

/** The stored invoices this context may read that meet the filters. Both ends of the range belong to it. */
export function selectInvoices(state: State, context: ContextIdentifier, filters: Filters): Selection {
  const { dateType, from, to, restrictToPermanentStorageHwmDate: isRestricted } = filters.dateRange;
  const now = state.clock.now();
  const hwm = dateType === "PermanentStorage" ? Math.min(to ?? now, highWaterMark(state)) : undefined;
  const until = hwm !== undefined && isRestricted === true ? hwm : (to ?? now);
  // Of an issue date only the day counts (ksef-api issue 507).
  const [first, last] = dateType === "Issue" ? [warsawDate(from), warsawDate(until)] : [from, until];
  const date = dates[dateType];
  const invoices = state
    .readable(filters.subjectType, context)
    .filter((each) => {
      const at = date(each);
      return at >= first && at <= last && each.invoice.storedAt <= now && matches(filters, each);
    })
    .toSorted((one, other) => compare(date(one), date(other)));
  return {
    invoices,
    permanentStorageHwm: hwm,
    isBeyondHwm: isRestricted === true && hwm !== undefined && from > hwm,
  };
}

/** Each date as it is shown, which has no fractions of a millisecond. */
const dates: Record<DateType, (invoice: ReadableInvoice) => number | string> = {
  Issue: ({ accepted }) => accepted.issueDate,
  Invoicing: ({ invoice }) => Math.floor(invoice.postedAt),
  PermanentStorage: ({ invoice }) => Math.floor(invoice.storedAt),
};

/**
 * Up to when storage is complete: no invoice will ever be stored at that moment or before it. One that has its number
 * but is not stored yet holds it back. Source: ksef-docs, pobieranie-faktur/hwm.md.
 */
function highWaterMark(state: State): number {
  const now = state.clock.now();
  let hwm = now;
  for (const { accepted, finalAt, storedAt } of state.invoices.values())
    if (accepted !== undefined && finalAt <= now && now < storedAt) hwm = Math.min(hwm, Math.floor(finalAt));
  // At this very millisecond another one may still be stored.
  return hwm - 1;
}

function compare(one: number | string, other: number | string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
