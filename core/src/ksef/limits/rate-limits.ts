import * as z from "zod";

/** Most requests in any second, any minute and any hour. */
const limits = z.object({ perSecond: z.number(), perMinute: z.number(), perHour: z.number() });
export type RateLimits = z.output<typeof limits>;

/** The groups of endpoints KSeF counts together, for each company and address; of `other` each endpoint by itself. */
export const RateLimitsByGroup = z.object({
  onlineSession: limits,
  batchSession: limits,
  invoiceSend: limits,
  invoiceStatus: limits,
  sessionList: limits,
  sessionInvoiceList: limits,
  sessionMisc: limits,
  invoiceMetadata: limits,
  invoiceExport: limits,
  invoiceExportStatus: limits,
  invoiceDownload: limits,
  other: limits,
});
export type RateLimitsByGroup = z.output<typeof RateLimitsByGroup>;
export type RateGroup = keyof RateLimitsByGroup;

/** What production allows until `GET /rate-limits` has said otherwise. Source: ksef-docs, limity/limity-api.md. */
export const productionRateLimits: RateLimitsByGroup = {
  onlineSession: { perSecond: 10, perMinute: 30, perHour: 120 },
  batchSession: { perSecond: 10, perMinute: 20, perHour: 60 },
  invoiceSend: { perSecond: 10, perMinute: 30, perHour: 180 },
  invoiceStatus: { perSecond: 30, perMinute: 120, perHour: 1200 },
  sessionList: { perSecond: 5, perMinute: 10, perHour: 60 },
  sessionInvoiceList: { perSecond: 10, perMinute: 20, perHour: 200 },
  sessionMisc: { perSecond: 10, perMinute: 120, perHour: 1200 },
  invoiceMetadata: { perSecond: 8, perMinute: 16, perHour: 20 },
  invoiceExport: { perSecond: 8, perMinute: 16, perHour: 20 },
  invoiceExportStatus: { perSecond: 10, perMinute: 60, perHour: 600 },
  invoiceDownload: { perSecond: 8, perMinute: 16, perHour: 64 },
  other: { perSecond: 10, perMinute: 30, perHour: 120 },
};
