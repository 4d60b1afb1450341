import { createHash } from "node:crypto";

/** A generator of pseudorandom numbers: the same seed, the same numbers. */
export interface Random {
  /** At least `from` and less than `to`. */
  between(from: number, to: number): number;
  /** A whole number, at least `from` and less than `to`. */
  whole(from: number, to: number): number;
  /** True in this share (0 to 1) of the cases. */
  chance(share: number): boolean;
  pick<T>(choices: readonly [T, ...T[]]): T;
  /** The same things in another order. */
  shuffled<T>(things: readonly T[]): T[];
}

/** One stream of a seed: streams are independent, so that nothing shifts when one of them is drawn from more often. */
export function seeded(seed: number, stream: string): Random {
  // A hash of the stream's name starts the state; mulberry32 goes on from there.
  let state = createHash("sha256").update(`${seed} ${stream}`).digest().readInt32BE();
  const next = (): number => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (from: number, to: number): number => from + next() * (to - from);
  const whole = (from: number, to: number): number => Math.floor(between(from, to));
  return {
    between,
    whole,
    chance: (share) => next() < share,
    pick: (choices) => choices[whole(0, choices.length)] ?? choices[0],
    shuffled: (things) =>
      things
        .map((thing) => ({ thing, rank: next() }))
        .toSorted((one, other) => one.rank - other.rank)
        .map(({ thing }) => thing),
  };
}
