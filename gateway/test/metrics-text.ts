/** A sample by its name and its labels, sorted. */
export type Samples = Map<string, number>;

/**
 * Reads the text strictly, and throws at whatever the format forbids. Source: Prometheus, Exposition formats, text format
 * 0.0.4: lines, comments, HELP and TYPE, grouping, histograms.
 */
export function parse(text: string): Samples {
  const samples: Samples = new Map();
  const types = new Map<string, string>();
  const helped = new Set<string>();
  const closed = new Set<string>();
  let current: string | undefined;
  const enter = (family: string): void => {
    if (family === current) return;
    if (current !== undefined) closed.add(current);
    if (closed.has(family)) throw new Error(`The lines of ${family} are not one group.`);
    current = family;
  };
  if (!text.endsWith("\n")) throw new Error("The last line has no line feed.");
  for (const line of text.slice(0, -1).split("\n")) {
    const [, keyword, family = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (keyword === "HELP") {
      enter(family);
      if (helped.has(family) || types.has(family)) throw new Error(`HELP of ${family} comes again or late.`);
      helped.add(family);
    } else if (keyword === "TYPE") {
      enter(family);
      if (types.has(family)) throw new Error(`TYPE of ${family} comes again.`);
      if (!["counter", "gauge", "histogram", "summary", "untyped"].includes(rest)) throw new Error(line);
      types.set(family, rest);
    } else if (!line.startsWith("#") && line !== "") {
      const { name, labels, value } = sampleOf(line);
      const base = name.replace(/_(bucket|sum|count)$/, "");
      const familyOf = types.get(base) === "histogram" ? base : name;
      if (!types.has(familyOf)) throw new Error(`${name} has no TYPE before it.`);
      enter(familyOf);
      const key = series(name, labels);
      if (samples.has(key)) throw new Error(`${key} comes twice.`);
      samples.set(key, value);
    }
  }
  for (const [family, type] of types) if (type === "histogram") requireHistogram(family, samples);
  return samples;
}

/** As a sample is called in what `parse` returns. */
export const series = (name: string, labels: Record<string, string>): string =>
  `${name}{${Object.entries(labels)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(",")}}`;

function sampleOf(line: string) {
  const found = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)( -?\d+)?$/.exec(line);
  if (found === null) throw new Error(`Not a sample: ${line}`);
  const [, name = "", inner = "", number = ""] = found;
  const labels: Record<string, string> = {};
  const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/y;
  while (label.lastIndex < inner.length) {
    const [, key = "", escaped = ""] = label.exec(inner) ?? [];
    if (key === "" || key in labels) throw new Error(`Not labels: ${inner}`);
    labels[key] = escaped.replaceAll(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char));
  }
  if (!/^([+-]?Inf|NaN|[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?)$/i.test(number))
    throw new Error(`Not a number: ${line}`);
  return { name, labels, value: Number(number.replace(/inf/i, "Infinity")) };
}

/** Buckets upwards, each counting those below it, and the last one, of everything, as large as the count. */
function requireHistogram(family: string, samples: Samples): void {
  const groups = new Map<string, [bound: number, count: number][]>();
  for (const [key, count] of samples) {
    const [, le = "", rest = ""] = bucketOf(family, key) ?? [];
    if (le === "") continue;
    groups.set(rest, [...(groups.get(rest) ?? []), [Number(le.replace("Inf", "Infinity")), count]]);
  }
  for (const [rest, buckets] of groups) {
    const rising = buckets.every(
      ([bound, count], n) => n === 0 || (bound > buckets[n - 1]![0] && count >= buckets[n - 1]![1]),
    );
    const [last, all] = buckets.at(-1)!;
    if (!rising || last !== Infinity || all !== samples.get(`${family}_count${rest}`))
      throw new Error(`Not a histogram: ${family}${rest}`);
    if (!samples.has(`${family}_sum${rest}`)) throw new Error(`${family}${rest} has no sum.`);
  }
}

function bucketOf(family: string, key: string): [string, string, string] | undefined {
  if (!key.startsWith(`${family}_bucket{`)) return undefined;
  const le = /(?:^|,|\{)le="([^"]+)"/.exec(key)?.[1] ?? "";
  const rest = key.slice(`${family}_bucket`.length).replace(/(,le="[^"]+"|le="[^"]+",?)/, "");
  return [key, le, rest];
}
