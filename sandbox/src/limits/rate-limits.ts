import type { ContextIdentifier, State } from "../state.ts";

/** Most requests in any second, minute and hour; what is absent is not limited. */
export interface RateLimits {
  perSecond: number;
  perMinute?: number;
  perHour?: number;
}

/** `EffectiveApiRateLimits`. */
export type RateLimitsByGroup = Record<keyof typeof production, Required<RateLimits>>;

/**
 * Limits of the context, or of requests without one: those set for tests, or production's. Where nothing is counted they
 * say so by the largest number. Source: ksef-docs, limity/limity-api.md.
 */
export function rateLimits(state: State, context?: ContextIdentifier): RateLimitsByGroup {
  const inForce = state.behaviour.limits === "off" ? unlimited : production;
  return rateLimitOverrides(state).get(context?.value ?? "") ?? inForce;
}

/** Limits set for tests, by the value of the context. */
export const rateLimitOverrides = (state: State) =>
  state.store.collection<RateLimitsByGroup>("rate-limits-override");

export const production = {
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
  collectiveIdentifier: { perSecond: 10, perMinute: 60, perHour: 120 },
  other: { perSecond: 10, perMinute: 30, perHour: 120 },
};

const most = 2 ** 31 - 1;
const unlimited = Object.fromEntries(
  Object.keys(production).map((group) => [group, { perSecond: most, perMinute: most, perHour: most }]),
) as RateLimitsByGroup;
