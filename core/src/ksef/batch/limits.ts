import { HubError } from "../../error.ts";

/** What a batch may hold. Sizes in bytes: of a part before it is encrypted, and of the compressed package. */
export interface BatchLimits {
  invoices: number;
  parts: number;
  partSize: number;
  packageSize: number;
}

/** KSeF's own; `GET /limits/context` may say another number of invoices. Source: OpenAPI document, BatchFileInfo. */
export const batchLimits: BatchLimits = {
  invoices: 10_000,
  parts: 50,
  partSize: 100_000_000,
  packageSize: 5_000_000_000,
};

/** Throws `batch.too-large` when there are more than `limit` of what `unit` names. */
export function atMost(limit: number, count: number, unit: string): void {
  if (count > limit) throw new HubError("batch.too-large", `The batch has more than ${limit} ${unit}.`);
}
