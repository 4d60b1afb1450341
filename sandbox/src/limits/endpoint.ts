import type { RateLimitsByGroup } from "./rate-limits.ts";

/** How the requests to an endpoint are counted. */
export interface CountedEndpoint {
  /** Endpoints of a group share its counter; one of `other` has its own, and so has a public one. */
  counter: string;
  group: keyof RateLimitsByGroup | "public";
  /** Counted by context and address; the others, which need no access token, by address alone. */
  isProtected: boolean;
}

/** `route` is a method and a path of the API with `*` for its parameters: `GET /tokens/*`. Source: the OpenAPI document. */
export function countedEndpoint(route: string): CountedEndpoint {
  if (publicRoutes.has(route)) return { counter: route, group: "public", isProtected: false };
  const group = groups[route];
  if (group !== undefined) return { counter: group, group, isProtected: true };
  return { counter: route, group: "other", isProtected: !route.startsWith("POST /testdata/context/") };
}

const groups: Record<string, keyof RateLimitsByGroup> = {
  "POST /sessions/online": "onlineSession",
  "POST /sessions/online/*/close": "onlineSession",
  "POST /sessions/batch": "batchSession",
  "POST /sessions/batch/*/close": "batchSession",
  "POST /sessions/online/*/invoices": "invoiceSend",
  "GET /sessions/*/invoices/*": "invoiceStatus",
  "GET /sessions": "sessionList",
  "GET /sessions/*/invoices": "sessionInvoiceList",
  "GET /sessions/*/invoices/failed": "sessionInvoiceList",
  "GET /sessions/*": "sessionMisc",
  "GET /sessions/*/invoices/ksef/*/upo": "sessionMisc",
  "GET /sessions/*/invoices/*/upo": "sessionMisc",
  "GET /sessions/*/upo/*": "sessionMisc",
  "POST /invoices/query/metadata": "invoiceMetadata",
  "POST /invoices/exports": "invoiceExport",
  "GET /invoices/exports/*": "invoiceExportStatus",
  "GET /invoices/ksef/*": "invoiceDownload",
  "POST /collective-identifiers": "collectiveIdentifier",
};

const publicRoutes = new Set([
  "GET /security/public-key-certificates",
  "GET /peppol/query",
  "POST /auth/challenge",
  "POST /auth/xades-signature",
  "POST /auth/ksef-token",
  "GET /auth/*",
  "POST /auth/token/redeem",
  "POST /auth/token/refresh",
  "POST /testdata/subject",
  "POST /testdata/subject/remove",
  "POST /testdata/person",
  "POST /testdata/person/remove",
  "POST /testdata/permissions",
  "POST /testdata/permissions/revoke",
  "POST /testdata/attachment",
  "POST /testdata/attachment/revoke",
]);
