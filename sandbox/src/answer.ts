import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { Context } from "hono";
import { isoTime } from "./iso.ts";
import { Forbidden, Gone, Refusal, TooManyRequests, Unauthorized } from "./refusal.ts";

/**
 * An error the way the API publishes it: 400 as `ExceptionResponse` and 429 as `TooManyRequestsResponse`, or as problem
 * details when the request asks with `X-Error-Format: problem-details`; 401, 403 and 410 always as problem details.
 * Anything else is a defect of the sandbox: 500.
 */
export function errorAnswer(c: Context, error: Error, now: number): Response {
  if (error instanceof Unauthorized) return problem(c, now, 401, "Unauthorized", error.message);
  if (error instanceof Forbidden) {
    const { reasonCode, security } = error;
    return problem(c, now, 403, "Forbidden", error.message, { reasonCode, security });
  }
  if (error instanceof Gone) return problem(c, now, 410, "Gone", error.message);
  if (error instanceof TooManyRequests) return tooManyRequests(c, error, now);
  if (!(error instanceof Refusal)) return problem(c, now, 500, "Internal Server Error", error.message);
  const { code, description, details } = error;
  if (wantsProblem(c)) {
    const errors = [{ code, description, details }];
    return problem(c, now, 400, "Bad Request", "Żądanie jest nieprawidłowe.", { errors });
  }
  return c.json({ exception: exceptionInfo(error, now) }, 400);
}

/** Problem details (RFC 9457) with the members KSeF adds. */
export function problem(
  c: Context,
  now: number,
  status: 400 | 401 | 403 | 404 | 410 | 429 | 500,
  title: string,
  detail: string,
  more: Record<string, unknown> = {},
): Response {
  const traceId = randomBytes(16).toString("hex");
  const body = { title, status, instance: c.req.path, detail, ...more, timestamp: isoTime(now), traceId };
  return c.body(JSON.stringify(body), status, { "content-type": "application/problem+json" });
}

/** A document with its SHA-256 in `x-ms-meta-hash`, as KSeF serves invoices and UPO. */
export function xmlAnswer(c: Context, bytes: Uint8Array<ArrayBuffer>): Response {
  const hash = createHash("sha256").update(bytes).digest("base64");
  return c.body(bytes, 200, { "content-type": "application/xml", "x-ms-meta-hash": hash });
}

const wantsProblem = (c: Context): boolean => c.req.header("x-error-format") === "problem-details";

function tooManyRequests(c: Context, { message, retryAfter }: TooManyRequests, now: number): Response {
  c.header("retry-after", String(retryAfter));
  if (wantsProblem(c)) return problem(c, now, 429, "Too Many Requests", message);
  return c.json({ status: { code: 429, description: "Too Many Requests", details: [message] } }, 429);
}

function exceptionInfo({ code, description, details }: Refusal, now: number): Record<string, unknown> {
  return {
    exceptionDetailList: [{ exceptionCode: code, exceptionDescription: description, details }],
    referenceNumber: randomUUID(),
    serviceCode: `00-${randomBytes(16).toString("hex")}-${randomBytes(8).toString("hex")}-00`,
    serviceCtx: "srvSANDBOX",
    serviceName: "Undefined",
    // Published without an offset, unlike every other date of the API.
    timestamp: new Date(now).toISOString().replace("Z", ""),
  };
}
