import { createHash } from "node:crypto";

/** Between 0 and 1, and always the same for the same words: no order of events can change it. */
export function chance(...words: (string | number)[]): number {
  return createHash("sha256").update(words.join(" ")).digest().readUInt32BE(0) / 2 ** 32;
}

/** When invoices come, in milliseconds from the start: independent of each other, so many a minute on average. */
export function poissonArrivals(seed: string, perMinute: number, lastingMs: number): number[] {
  const arrivals: number[] = [];
  for (let at = 0; ;) {
    at += (-Math.log(1 - chance(seed, perMinute, arrivals.length)) * 60_000) / perMinute;
    if (at >= lastingMs) return arrivals;
    arrivals.push(Math.floor(at));
  }
}

/** While this works, whatever in the process is left to chance is decided by the seed. */
export async function withSeededRandom<T>(seed: string, work: () => Promise<T>): Promise<T> {
  const { random } = Math;
  let drawn = 0;
  Math.random = () => chance(seed, "random", drawn++);
  try {
    return await work();
  } finally {
    Math.random = random;
  }
}
