/** How much is given to a reader at once. Source: the OpenAPI document, `/invoices/query/metadata` and `/invoices/exports`. */
export interface ReadingLimits {
  /** Invoices one set of filters leads to, page by page. */
  queryInvoices: number;
  exportInvoices: number;
  /** Compressed invoices of one export, in bytes. */
  exportBytes: number;
  /** Largest part of an exported package before it is encrypted, in bytes. */
  exportPartBytes: number;
}

export const readingLimits: ReadingLimits = {
  queryInvoices: 10_000,
  exportInvoices: 10_000,
  exportBytes: 1_000_000_000,
  exportPartBytes: 50_000_000,
};
