import { isoTime } from "../iso.ts";
import { Refusal } from "../refusal.ts";
import type { ContextIdentifier, State } from "../state.ts";
import type { Filters } from "./filters.ts";
import { invoiceMetadata } from "./metadata.ts";
import { selectInvoices } from "./select.ts";

export interface QueryPage {
  sortOrder: "Asc" | "Desc";
  /** Number of the page, from 0. */
  pageOffset: number;
  pageSize: number;
}

/**
 * `QueryInvoicesMetadataResponse`. Of one set of filters the first 10,000 invoices are given; on the page where they end
 * `isTruncated` says that there are more. Throws 21183, and 21405 for a page beyond them.
 */
export function queryMetadata(
  state: State,
  context: ContextIdentifier,
  filters: Filters,
  { sortOrder, pageOffset, pageSize }: QueryPage,
): Record<string, unknown> {
  const limit = state.readingLimits.queryInvoices;
  const from = pageOffset * pageSize;
  if (from >= limit) {
    const first = limit.toLocaleString("fr").replaceAll(/\s/g, " ");
    const why = `You cannot retrieve invoices starting from number ${first} or higher.`;
    throw new Refusal(21405, `${why} Please narrow your filters.`);
  }
  const { invoices, permanentStorageHwm, isBeyondHwm } = selectInvoices(state, context, filters);
  if (isBeyondHwm) throw new Refusal(21183, beyondHwm);
  const sorted = sortOrder === "Asc" ? invoices : invoices.toReversed();
  const end = Math.min(from + pageSize, limit);
  return {
    hasMore: sorted.length > end,
    isTruncated: end === limit && sorted.length > limit,
    permanentStorageHwmDate: permanentStorageHwm === undefined ? null : isoTime(permanentStorageHwm),
    invoices: sorted.slice(from, end).map(invoiceMetadata),
  };
}

export const beyondHwm =
  "Parametr dateRange.from jest późniejszy niż PermanentStorageHwmDate przy włączonym restrictToPermanentStorageHwmDate.";
