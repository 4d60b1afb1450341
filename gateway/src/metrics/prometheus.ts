import type { Meter } from "@opentelemetry/api";
import { PrometheusExporter, PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";

export interface Prometheus {
  /** What is counted on it appears in `text`. */
  meter: Meter;
  /** All metrics in the Prometheus text format 0.0.4. Gauges that cannot be read in eight seconds keep their last value. */
  text(): Promise<string>;
  close(): Promise<void>;
}

/** Metrics that wait to be collected: an OpenTelemetry SDK of its own, which is not registered and has no server. */
export function prometheus(): Prometheus {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const provider = new MeterProvider({
    readers: [exporter],
    views: [{ instrumentName: "*", aggregationCardinalityLimit: mostSeries }],
  });
  const serializer = new PrometheusSerializer(undefined, false, undefined, true, true);
  return {
    meter: provider.getMeter("ksef-hub"),
    text: async () => {
      const { resourceMetrics } = await exporter.collect({ timeoutMillis: 8_000 });
      return `${serializer.serialize(resourceMetrics).trimEnd()}\n`;
    },
    close: () => provider.shutdown(),
  };
}

/** Of one metric. By default an SDK drops the names beyond 2,000, and a company takes up to 20. */
const mostSeries = 50_000;
