export type Work = () => unknown;

/** How often a second it can be done. */
export async function speedOf(work: Work, forMs: number): Promise<number> {
  const start = performance.now();
  let [done, elapsed] = [0, 0];
  while (elapsed < forMs) {
    // The clock is not looked at after each: it costs as much as a tenth of a small document.
    for (let batch = elapsed === 0 ? 1 : Math.ceil(done / 50); batch > 0; batch--, done++) {
      const result = work();
      if (result instanceof Promise) await result;
    }
    elapsed = performance.now() - start;
  }
  return (done / elapsed) * 1_000;
}
