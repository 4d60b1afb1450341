import type { RateGroup } from "./rate-limits.ts";

/**
 * How KSeF counts a call: the group whose windows it goes into and, of `other`, the endpoint that is counted by itself.
 * Undefined for what is not counted by company: login, public keys, pre-signed links. `path` is below the base URL,
 * with or without its query. Source: the OpenAPI document (x-rate-limits) and ksef-docs, limity/limity-api.md.
 */
export function rateGroupOf(
  method: string,
  path: string,
): { group: RateGroup; endpoint?: string } | undefined {
  if (!path.startsWith("/") || /^\/(auth|security)\//.test(path)) return undefined;
  const [plain = ""] = path.split("?");
  const route = `${method} ${plain}`;
  const known = routes.find(([pattern]) => pattern.test(route));
  if (known !== undefined) return { group: known[1] };
  // References and serial numbers are upper case and digits; names of endpoints are lower case.
  return { group: "other", endpoint: route.replaceAll(/\/[^/]*\d[^/]*/g, "/*") };
}

const routes: [RegExp, RateGroup][] = [
  [/^POST \/sessions\/online(\/[^/]+\/close)?$/, "onlineSession"],
  [/^POST \/sessions\/batch(\/[^/]+\/close)?$/, "batchSession"],
  [/^POST \/sessions\/online\/[^/]+\/invoices$/, "invoiceSend"],
  [/^GET \/sessions$/, "sessionList"],
  [/^GET \/sessions\/[^/]+\/invoices(\/failed)?$/, "sessionInvoiceList"],
  [/^GET \/sessions\/[^/]+\/invoices\/[^/]+$/, "invoiceStatus"],
  [/^GET \/sessions\/[^/]+($|\/)/, "sessionMisc"],
  [/^POST \/invoices\/query\/metadata$/, "invoiceMetadata"],
  [/^POST \/invoices\/exports$/, "invoiceExport"],
  [/^GET \/invoices\/exports\/[^/]+$/, "invoiceExportStatus"],
  [/^GET \/invoices\/ksef\/[^/]+$/, "invoiceDownload"],
];
