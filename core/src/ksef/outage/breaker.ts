import { HubError, type ErrorCode } from "../../error.ts";
import type { Clock } from "../../ports.ts";

/** Stands before every call to one environment, and holds calls back while that environment does not work. */
export interface Breaker {
  /** Throws `ksef.paused` while open, and to everybody but one, whose call is the trial, while half-open. */
  admit(): void;
  /** The outcome of every call, undefined for success. */
  record(error: HubError | undefined): void;
  readonly state: BreakerState;
  /** When it is worth asking again: at the end of the pause, or soon while a trial is out. Undefined while closed. */
  readonly retryAt: number | undefined;
  /** Tells of each change, with the failure behind it; half-open when the trial sets out. The result ends it. */
  onChange(listener: (state: BreakerState, reason: HubError | undefined) => void): () => void;
}

export type BreakerState = "closed" | "open" | "half-open";

export interface BreakerOptions {
  clock: Clock;
  /** Failures in a row that open it. */
  inARow?: number;
  /** Failures among the last `window` calls that open it. */
  among?: number;
  window?: number;
  /** Longest first pause in milliseconds; it doubles with each trial that fails, up to `longestPauseMs`. */
  firstPauseMs?: number;
  longestPauseMs?: number;
  /** From 0 to 1, without 1. */
  random?: () => number;
}

/**
 * A circuit breaker in memory. Five failures in a row open it: when nothing works, that takes five calls. An endpoint
 * that fails while others answer never fails five times in a row for long, and opens it only when three quarters of
 * all calls go there in vain; if several calls to it fail at once, the mistake costs a first pause of two seconds.
 */
export function createBreaker({
  clock,
  inARow = 5,
  among = 15,
  window = 20,
  firstPauseMs = 2_000,
  longestPauseMs = 60_000,
  random = Math.random,
}: BreakerOptions): Breaker {
  const listeners = new Set<Parameters<Breaker["onChange"]>[0]>();
  let stored: BreakerState = "closed";
  /** Of the last calls, whether each failed, while closed. */
  let failed: boolean[] = [];
  let pauses = 0;
  /** The end of the pause, or when the trial that is out is given up. */
  let until = 0;
  let reason: HubError | undefined;

  const state = (): BreakerState => (stored === "open" && clock.now() >= until ? "half-open" : stored);

  /** A trial will most likely be over long before it is given up. */
  const worthWaiting = (): number =>
    Math.min(until - clock.now(), stored === "open" ? Infinity : firstPauseMs);

  const change = (to: BreakerState): void => {
    stored = to;
    for (const listener of listeners) listener(to, reason);
  };

  const open = (error: HubError): void => {
    const ceiling = Math.min(firstPauseMs * 2 ** Math.min(pauses, 30), longestPauseMs);
    // Full jitter: hubs that lost KSeF together do not come back together.
    const pause = 1 + Math.floor(random() * ceiling);
    const asked = Math.min(error.retryAfterMs ?? 0, longestPauseMs);
    pauses += 1;
    until = clock.now() + Math.min(Math.max(pause, asked), longestPauseMs);
    reason = error;
    failed = [];
    change("open");
  };

  const close = (): void => {
    [failed, pauses, reason] = [[], 0, undefined];
    change("closed");
  };

  return {
    admit: () => {
      if (stored === "closed") return;
      const left = worthWaiting();
      if (left > 0) throw paused(left, reason);
      // A trial nobody hears of again, for its call was cancelled, makes room for another.
      until = clock.now() + longestPauseMs;
      change("half-open");
    },
    record: (error) => {
      const failure = error !== undefined && meansDown(error) ? error : undefined;
      if (stored === "closed") {
        failed = [...failed, failure !== undefined].slice(-window);
        if (failure !== undefined && isTooMuch(failed, inARow, among)) open(failure);
        return;
      }
      // While open: calls that began before. They neither end the pause nor make it longer.
      if (stored === "open") return;
      if (failure === undefined) close();
      else open(failure);
    },
    get state() {
      return state();
    },
    get retryAt() {
      return stored === "closed" ? undefined : clock.now() + worthWaiting();
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Whether KSeF did not answer at all. A refusal, 429 or an answer in an unknown form comes from a KSeF that lives. */
export function meansDown(error: HubError): boolean {
  return failures.has(error.code);
}

const failures = new Set<ErrorCode>(["ksef.unreachable", "ksef.timeout", "ksef.unavailable"]);

const isTooMuch = (failed: boolean[], inARow: number, among: number): boolean =>
  (failed.length >= inARow && failed.slice(-inARow).every(Boolean)) || failed.filter(Boolean).length >= among;

function paused(retryAfterMs: number, cause: HubError | undefined): HubError {
  const message = `KSeF does not work (${cause?.message ?? "no answer"}): no call for now.`;
  return new HubError("ksef.paused", message, { retryAfterMs, cause });
}
