import { errors, type Action, type ErrorCode } from "./error-codes.ts";
import { polishTitles } from "./explain/titles.ts";

export type { Action, ErrorCode } from "./error-codes.ts";

/** A rule not met. `path` is an XPath-like place in the document, `line` counts from 1; without a severity an error. */
export interface Fault {
  code: string;
  severity?: "error" | "warning";
  message: string;
  messagePl?: string;
  path?: string;
  line?: number;
}

export interface ErrorDetails {
  /** What the other side said, word for word. */
  upstream?: Upstream | undefined;
  faults?: Fault[];
  /** How long the other side asks us to wait. */
  retryAfterMs?: number | undefined;
  cause?: unknown;
}

export interface Upstream {
  status?: number;
  code?: number;
  description?: string;
  details?: string[];
}

export class HubError extends Error {
  override readonly name = "HubError";
  readonly code: ErrorCode;
  readonly upstream: Upstream | undefined;
  readonly faults: Fault[];
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.upstream = details.upstream;
    this.faults = details.faults ?? [];
    this.retryAfterMs = details.retryAfterMs;
  }

  get action(): Action {
    return errors[this.code].action;
  }

  get http(): number {
    return errors[this.code].http;
  }

  get title(): string {
    return errors[this.code].title;
  }

  get titlePl(): string {
    return polishTitles[this.code];
  }

  /** The other side is down or full: it is asked again for as long as it takes, and no attempt is spent. */
  get outage(): boolean {
    return "outage" in errors[this.code];
  }
}

/** Every code with its action, for tests and documentation. */
export const errorTable: Readonly<Record<ErrorCode, { action: Action; http: number; title: string }>> =
  errors;

/** Anything thrown as a HubError: what is not one already is a defect of ours, kept as the cause. */
export function toHubError(thrown: unknown): HubError {
  if (thrown instanceof HubError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new HubError("hub.internal", message, { cause: thrown });
}
