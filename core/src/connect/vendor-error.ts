import { HubError, type ErrorCode } from "../error.ts";

/** What a vendor has answered, as far as it is known. */
export interface VendorAnswer {
  /** HTTP status; undefined: there was no answer. */
  status: number | undefined;
  /** In the vendor's words. */
  message: string;
  /** Milliseconds, from `Retry-After` or what the vendor has instead. */
  retryAfterMs?: number | undefined;
  cause?: unknown;
}

/** The failure of a call to a vendor by its HTTP status. `what` names the call: `Xero, GET /Invoices`. */
export function vendorError(what: string, { status, message, retryAfterMs, cause }: VendorAnswer): HubError {
  const upstream = { ...(status === undefined ? {} : { status }), description: message };
  return new HubError(codeOf(status), `${what}: ${message}`, { upstream, retryAfterMs, cause });
}

function codeOf(status: number | undefined): ErrorCode {
  if (status === undefined) return "vendor.unreachable";
  if (status >= 500 || status === 408) return "vendor.unavailable";
  return byStatus[status] ?? "vendor.refused";
}

const byStatus: Partial<Record<number, ErrorCode>> = {
  401: "vendor.unauthorized",
  403: "vendor.forbidden",
  404: "vendor.not-found",
  409: "vendor.conflict",
  412: "vendor.conflict",
  429: "vendor.rate-limited",
};
