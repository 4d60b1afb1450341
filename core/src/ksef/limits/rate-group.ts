import type { RateGroup } from "./rate-limits.ts";

/**
 * How KSeF counts a call: the group whose windows it goes into and, of `other` and `public`, the endpoint that is counted
 * by itself. Undefined for a pre-signed link, which is not counted. `path` is below the base URL, with or without its
 * query. Source: the OpenAPI document (x-rate-limits) and ksef-docs, limity/limity-api.md.
 */
export function rateGroupOf(
  method: string,
  path: string,
): { group: RateGroup; endpoint?: string } | { group: "public"; endpoint: string } | undefined {
  if (!path.startsWith("/")) return undefined;
  const [plain = ""] = path.split("?");
  const route = `${method} ${plain}`;
  const known = routes.find(([pattern]) => pattern.test(route));
  if (known !== undefined) return { group: known[1] };
  // References and serial numbers have digits; names of endpoints have none.
  const endpoint = route.replaceAll(/\/[^/]*\d[^/]*/g, "/*");
  return { group: publicRoutes.test(route) ? "public" : "other", endpoint };
}

/** They take no access token. */
const publicRoutes = /^(POST|GET) \/(security|peppol|auth(?!\/sessions))\//;

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
