import type { Clock } from "../ports.ts";

/** The clock of the machine. Sleeps longer than the 24.8 days a timer can hold are slept in pieces. */
export const realClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      let left = Math.max(ms, 0);
      let timer: NodeJS.Timeout | undefined;
      const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", end);
        resolve();
      };
      const wait = () => {
        const piece = Math.min(left, longestTimer);
        left -= piece;
        timer = setTimeout(left > 0 ? wait : end, piece);
      };
      signal?.addEventListener("abort", end);
      wait();
    }),
};

const longestTimer = 2 ** 31 - 1;
