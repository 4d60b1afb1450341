import { HubError, vendorError } from "@ksef-hub/core";
import { Refusal } from "./types.ts";

/** What the SDK throws for an answer that is not 2xx. Its message has the headers in it, so it is never kept. */
interface ApiFailure {
  code: number;
  body: unknown;
  headers: Record<string, string>;
}

/** Whatever a call has thrown as a HubError, with the words of HubSpot and how long it wants to be left alone. */
export function failureOf(what: string, thrown: unknown): HubError {
  if (thrown instanceof HubError) return thrown;
  if (!isApiFailure(thrown)) return withoutAnswer(what, thrown);
  const { code: status, body, headers } = thrown;
  const refusal = Refusal.safeParse(typeof body === "string" ? jsonOf(body) : body).data ?? {};
  const message = refusal.message ?? `HTTP ${status}`;
  if (status !== 429) return vendorError(what, { status, message });
  const policy = refusal.policyName ?? "";
  const daily = policy === "DAILY";
  return vendorError(what, {
    status,
    message: daily ? `The daily limit of the account is used up. ${message}` : message,
    retryAfterMs: secondsOf(headers["retry-after"]) ?? pauses[policy] ?? 10_000,
  });
}

/** The day's limit is back at midnight of the account's time zone, which the answer does not tell: asked each hour. */
const pauses: Record<string, number> = { SECONDLY: 1_000, TEN_SECONDLY_ROLLING: 10_000, DAILY: 3_600_000 };

function isApiFailure(thrown: unknown): thrown is ApiFailure {
  return (
    typeof thrown === "object" &&
    thrown !== null &&
    "code" in thrown &&
    typeof thrown.code === "number" &&
    "headers" in thrown
  );
}

/** No answer, or one that the SDK can't read. The words of an unknown error are not kept: a header may be in them. */
function withoutAnswer(what: string, thrown: unknown): HubError {
  const { name, message, cause } = thrown instanceof Error ? thrown : new Error();
  if (name === "SyntaxError" || /mediaType|Content-Type/.test(message))
    return new HubError("vendor.protocol", `${what}: the answer is not JSON.`);
  const code = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
  const inTime = name === "TimeoutError" || name === "AbortError" ? " in time" : "";
  return vendorError(what, { status: undefined, message: `There was no answer${inTime}${code}.` });
}

/** Undefined when it is no JSON, which no schema takes. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

function secondsOf(header: string | undefined): number | undefined {
  return header !== undefined && /^\d+$/.test(header) ? Number(header) * 1000 : undefined;
}
