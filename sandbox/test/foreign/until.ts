import { setTimeout } from "node:timers/promises";

/** Asks every 20 ms until `done` holds for the answer; two seconds at most. */
export async function until<T>(ask: () => Promise<T>, done: (answer: T) => boolean): Promise<T> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const answer = await ask();
    if (done(answer)) return answer;
    await setTimeout(20);
  }
  throw new Error("It never came to pass.");
}
