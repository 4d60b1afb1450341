import { metrics, type Meter } from "@opentelemetry/api";
import type { State } from "../submission.ts";
import { gaugesOn } from "./gauges.ts";
import type { Observations } from "./observations.ts";

/** Whose invoice: `environment` as `environmentName` writes it. */
export interface Whose {
  tenant: string;
  environment: string;
}

/**
 * What the hub counts, on the OpenTelemetry API alone: without an SDK each call does nothing. All `ms` are milliseconds;
 * what is exported is in seconds. There are as many values of `tenant` as companies in the configuration, and of
 * `environment` as these use. Nothing else that tells invoices or people apart may become an attribute.
 */
export interface EngineMetrics {
  /**
   * A submission has gone from one state (none: the intake) to another after `ms` in the first. Reported: `wholeMs` since
   * its intake.
   */
  stage(done: Whose & { from?: State | undefined; to: State; ms: number; wholeMs?: number }): void;
  /** A call to KSeF that was made. `group` as KSeF counts it, `outcome` is `ok` or a code. */
  call(done: { environment: string; group: string; outcome: string; ms: number }): void;
  /** A batch that was closed: its invoices, its packed size, and how long it took from packing to the close. */
  batch(done: Whose & { invoices: number; bytes: number; ms: number }): void;
  failure(failed: Whose & { code: string }): void;
  /** From now on `read` is asked whenever metrics are collected. Returns how to stop that. */
  observe(read: () => Promise<Observations>): () => void;
}

/**
 * The instruments of the hub, `ksef_hub_*`. By default on the meter of the SDK that is registered by now. Names have their
 * units, for not every exporter adds them. Source: the OpenTelemetry and Prometheus naming conventions.
 */
export function engineMetrics(meter: Meter = metrics.getMeter("ksef-hub")): EngineMetrics {
  const transitions = meter.createCounter("ksef_hub_submission_transitions", {
    description: "Submissions that went from one state to another",
    unit: "{transition}",
  });
  const stages = histogram(meter, "ksef_hub_submission_stage_duration_seconds", {
    description: "Time a submission spent in a state that it has left",
    unit: "s",
    boundaries: stageSeconds,
  });
  const whole = histogram(meter, "ksef_hub_submission_duration_seconds", {
    description: "Time from the intake of an invoice to its archived receipt",
    unit: "s",
    boundaries: stageSeconds,
  });
  const calls = histogram(meter, "ksef_hub_ksef_call_duration_seconds", {
    description: "Calls to KSeF by the group they are counted in and their outcome",
    unit: "s",
    boundaries: callSeconds,
  });
  const batchInvoices = histogram(meter, "ksef_hub_batch_invoices", {
    description: "Invoices in a batch",
    unit: "{invoice}",
    boundaries: [1, 10, 100, 500, 1_000, 2_500, 5_000, 10_000],
  });
  const batchBytes = histogram(meter, "ksef_hub_batch_size_bytes", {
    description: "Size of a packed batch",
    unit: "By",
    boundaries: [1e4, 1e5, 1e6, 1e7, 1e8, 5e8, 1e9, 5e9],
  });
  const batchTime = histogram(meter, "ksef_hub_batch_duration_seconds", {
    description: "Time from packing a batch to closing it",
    unit: "s",
    boundaries: stageSeconds,
  });
  const failures = meter.createCounter("ksef_hub_failures", {
    description: "Steps of submissions that failed, by code",
    unit: "{failure}",
  });

  return {
    stage: ({ tenant, environment, from, to, ms, wholeMs }) => {
      transitions.add(1, { tenant, environment, from: from ?? "none", to });
      if (from !== undefined) stages.record(ms / 1_000, { tenant, environment, stage: from });
      if (to === "reported" && wholeMs !== undefined) whole.record(wholeMs / 1_000, { tenant, environment });
    },
    call: ({ environment, group, outcome, ms }) => calls.record(ms / 1_000, { environment, group, outcome }),
    batch: ({ tenant, environment, invoices, bytes, ms }) => {
      batchInvoices.record(invoices, { tenant, environment });
      batchBytes.record(bytes, { tenant, environment });
      batchTime.record(ms / 1_000, { tenant, environment });
    },
    failure: ({ tenant, environment, code }) => failures.add(1, { tenant, environment, code }),
    observe: gaugesOn(meter),
  };
}

function histogram(
  meter: Meter,
  name: string,
  { boundaries, ...rest }: { description: string; unit: string; boundaries: number[] },
) {
  return meter.createHistogram(name, { ...rest, advice: { explicitBucketBoundaries: boundaries } });
}

/** A check takes milliseconds, a day of KSeF being down is a day. */
const stageSeconds = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400];
const callSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
