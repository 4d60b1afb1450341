/** Runs work as it is handed in, so many pieces at a time; the others wait for their turn. */
export function atMost(places: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let free = places;
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // The place goes to the next in the row, if there is one.
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
