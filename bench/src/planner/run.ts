import { quantile } from "../figure.ts";
import type { SimulatedKsef } from "./simulated-ksef.ts";

/** What became of some invoices, in seconds of virtual time. */
export interface Run {
  /** From the start until the last KSeF number was known. */
  seconds: number;
  /** From an invoice coming in until its KSeF number is known. */
  p50: number;
  p95: number;
  /** Absent when the run was not simulated but reckoned by the windows. */
  requests?: Record<string, number>;
  429?: number;
  extrapolated?: true;
}

/** `known`: when each number was known; `arrivals`: when each invoice came in. Both in milliseconds from the start. */
export function runOf(known: number[], arrivals: number[], ksef?: SimulatedKsef): Run {
  const latencies = known.map((at, index) => (at - (arrivals[index] ?? 0)) / 1_000);
  return {
    seconds: known.reduce((last, at) => Math.max(last, at), 0) / 1_000,
    p50: quantile(latencies, 0.5),
    p95: quantile(latencies, 0.95),
    ...(ksef === undefined ? { extrapolated: true } : { requests: ksef.requests, 429: ksef.refused() }),
  };
}
