import * as z from "zod";
import { HubError, toHubError, type ErrorCode, type Upstream } from "../error.ts";
import type { Secret } from "../secret.ts";
import type { Gate } from "./gate.ts";

/** The part of the standard `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface Endpoint {
  /** With the version, without a slash at the end: `https://api-test.ksef.mf.gov.pl/v2`. */
  baseUrl: string;
  /** The longest a call may take, body included, in milliseconds. */
  deadlineMs: number;
  fetch: Fetch;
  /** Absent for a caller that keeps within KSeF's limits by itself. */
  gate?: Gate;
}

export interface Call {
  method?: "GET" | "POST" | "DELETE";
  /** A path below the base URL, or the absolute URL of a pre-signed link. */
  path: string;
  token?: Secret;
  json?: unknown;
  xml?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

export interface Answer {
  headers: Headers;
  bytes: Uint8Array<ArrayBuffer>;
}

/**
 * One HTTP exchange with KSeF, never repeated here. Resolves for 2xx only; everything else is a HubError whose code
 * says what happened. Of these codes only those in `refusals` prove that the call had no effect.
 */
export async function call(endpoint: Endpoint, request: Call): Promise<Answer> {
  const { gate } = endpoint;
  // A pre-signed link leads to a store of files, which is not counted and works or fails by itself.
  if (gate === undefined || !request.path.startsWith("/")) return answerTo(endpoint, request);
  const told = { method: request.method ?? "GET", path: request.path, signal: request.signal };
  await gate.enter(told);
  const started = performance.now();
  try {
    const answer = await answerTo(endpoint, request);
    await gate.left(told, performance.now() - started, undefined);
    return answer;
  } catch (thrown) {
    await gate.left(told, performance.now() - started, toHubError(thrown));
    throw thrown;
  }
}

async function answerTo(endpoint: Endpoint, request: Call): Promise<Answer> {
  const url = request.path.startsWith("/") ? endpoint.baseUrl + request.path : request.path;
  const { response, bytes } = await exchange(endpoint, url, init(request), request.signal);
  if (response.ok) return { headers: response.headers, bytes };
  throw refusal(response, bytes);
}

/** An answer of whatever status, with its body; or, as a HubError, why there is none. */
export async function exchange(
  { deadlineMs, fetch }: Endpoint,
  url: string,
  request: RequestInit,
  cancelled?: AbortSignal,
): Promise<{ response: Response; bytes: Uint8Array<ArrayBuffer> }> {
  const deadline = AbortSignal.timeout(deadlineMs);
  const signal = cancelled === undefined ? deadline : AbortSignal.any([deadline, cancelled]);
  try {
    const response = await fetch(url, { ...request, signal, redirect: "error" });
    return { response, bytes: new Uint8Array(await response.arrayBuffer()) };
  } catch (cause) {
    const what = `${request.method ?? "GET"} ${new URL(url).pathname}`;
    if (deadline.aborted)
      throw new HubError("ksef.timeout", `${what}: no answer in ${deadlineMs} ms.`, { cause });
    throw new HubError("ksef.unreachable", `${what}: ${reason(cause)}.`, { cause });
  }
}

/** Codes that mean KSeF understood the call and did not carry it out. After any other error the outcome is unknown. */
export const refusals: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "ksef.unauthorized",
  "ksef.forbidden",
  "ksef.rate-limited",
  "ksef.paused",
  "ksef.key-unknown",
  "ksef.session-closed",
  "ksef.session-unknown",
  "ksef.part-missing",
  "ksef.not-found",
  "ksef.bad-request",
]);

function init({ method = "GET", token, json, xml, headers }: Call): RequestInit {
  const all: Record<string, string> = { accept: "application/json, application/xml", ...headers };
  all["x-error-format"] = "problem-details";
  if (token !== undefined) all["authorization"] = `Bearer ${token.reveal()}`;
  if (json !== undefined) all["content-type"] = "application/json";
  if (xml !== undefined) all["content-type"] = "application/xml";
  const body = json === undefined ? xml : JSON.stringify(json);
  return { method, headers: all, ...(body === undefined ? {} : { body }) };
}

const apiError = z.object({
  code: z.number(),
  description: z.string(),
  details: z.array(z.string()).nullish(),
});
/** RFC 9457 as KSeF fills it, and the older format that some endpoints still send. */
const problem = z.object({ detail: z.string().optional(), errors: z.array(apiError).optional() });
const exception = z.object({
  exception: z.object({
    exceptionDetailList: z.array(
      z.object({
        exceptionCode: z.number(),
        exceptionDescription: z.string(),
        details: z.array(z.string()).nullish(),
      }),
    ),
  }),
});

/** What the exception codes of the OpenAPI document mean for us; any other 400 is a request KSeF will never take. */
const exceptionCodes: Record<number, ErrorCode> = {
  21301: "ksef.unauthorized",
  21304: "ksef.unauthorized",
  21111: "ksef.unauthorized",
  21155: "ksef.session-closed",
  21180: "ksef.session-closed",
  21184: "ksef.session-closed",
  21208: "ksef.session-closed",
  21205: "ksef.part-missing",
  21173: "ksef.session-unknown",
  21164: "ksef.not-found",
  21165: "ksef.not-found",
  21178: "ksef.not-found",
  21470: "ksef.key-unknown",
};

function refusal(response: Response, bytes: Uint8Array): HubError {
  const body = parse(bytes);
  const upstream = upstreamOf(response.status, body);
  const message = [upstream.description ?? `HTTP ${response.status}`, ...(upstream.details ?? [])].join(" ");
  const retryAfterMs = seconds(response.headers.get("retry-after"));
  return new HubError(codeOf(response.status, upstream, body), message, { upstream, retryAfterMs });
}

function codeOf(status: number, upstream: Upstream, body: unknown): ErrorCode {
  if (status === 429) return "ksef.rate-limited";
  // A page of a firewall or a proxy is not an answer of KSeF, whatever its status says.
  if (status >= 500 || body === undefined) return "ksef.unavailable";
  if (status === 401) return "ksef.unauthorized";
  if (status === 403) return "ksef.forbidden";
  if (status === 400) return exceptionCodes[upstream.code ?? 0] ?? "ksef.bad-request";
  return "ksef.protocol";
}

function upstreamOf(status: number, body: unknown): Upstream {
  const modern = problem.safeParse(body);
  if (modern.success && (modern.data.errors?.[0] ?? modern.data.detail) !== undefined) {
    const { detail, errors = [] } = modern.data;
    const [first] = errors;
    return describe(
      status,
      first?.code,
      first?.description ?? detail,
      errors.flatMap((error) => error.details ?? []),
    );
  }
  const older = exception.safeParse(body);
  if (!older.success) return { status };
  const list = older.data.exception.exceptionDetailList;
  return describe(
    status,
    list[0]?.exceptionCode,
    list[0]?.exceptionDescription,
    list.flatMap((error) => error.details ?? []),
  );
}

function describe(status: number, code?: number, description?: string, details: string[] = []): Upstream {
  return {
    status,
    ...(code === undefined ? {} : { code }),
    ...(description === undefined ? {} : { description }),
    ...(details.length === 0 ? {} : { details }),
  };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function seconds(header: string | null): number | undefined {
  const value = Number(header ?? "");
  return header !== null && Number.isFinite(value) && value >= 0 ? value * 1000 : undefined;
}

function reason(thrown: unknown): string {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
