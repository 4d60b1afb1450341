import { type ErrorCode, type HubError, steps, toHubError } from "@ksef-hub/core";
import type { Context } from "hono";

/** Anything thrown in a route as an RFC 9457 problem with our stable code. A defect of ours keeps its details to itself. */
export function problem(c: Context, thrown: unknown): Response {
  const error = toHubError(thrown);
  const { code, title, titlePl, http: status, faults, upstream } = error;
  const body = {
    type: `urn:ksef-hub:error:${code}`,
    title,
    titlePl,
    status,
    code,
    detail: code === "hub.internal" ? "The request was not carried out. It may be repeated." : error.message,
    next: nextFor(code),
    instance: c.req.path,
    ...(faults.length === 0 ? {} : { faults }),
    ...(upstream === undefined ? {} : { upstream }),
  };
  const headers = { "content-type": "application/problem+json", ...hints(error) };
  return new Response(JSON.stringify(body), { status, headers });
}

/** What to do, in both languages. A request, unlike an invoice that was taken in, is repeated by nobody else. */
function nextFor(code: ErrorCode) {
  const { by, en, pl } = steps[code];
  if (by === "you") return { en, pl };
  return {
    en: "Repeat the request later; with the same Idempotency-Key nothing happens twice.",
    pl: "Powtórz żądanie później; z tym samym Idempotency-Key nic nie stanie się dwa razy.",
  };
}

function hints({ code, retryAfterMs }: HubError): Record<string, string> {
  if (code === "request.unauthorized") return { "www-authenticate": 'Bearer realm="KSeF Hub"' };
  if (retryAfterMs !== undefined) return { "retry-after": String(Math.ceil(retryAfterMs / 1000)) };
  return {};
}
