/** One figure of a bench. `met` says whether the value reaches the aim. */
export interface Figure {
  bench: string;
  value: number;
  unit: string;
  aim: string;
  met: boolean;
  [detail: string]: unknown;
}

export interface BenchOptions {
  /** Half a minute at most, for CI: the figure is rougher. */
  quick: boolean;
}

export type Bench = (options: BenchOptions) => AsyncIterable<Figure>;

/** The value below which `share` (0 to 1) of the samples lie. */
export function quantile(samples: number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  if (value === undefined) throw new Error("no samples");
  return Math.round(value * 100) / 100;
}
