import type { Clock } from "../ports.ts";

/** Wakes a sleeper, or keeps him from falling asleep: however often it was rung meanwhile, once. */
export class Bell {
  #rung = false;
  #sleeper: AbortController | undefined;

  ring(): void {
    this.#rung = true;
    this.#sleeper?.abort();
  }

  /** Resolves after `ms`, or as soon as the bell rings, or at once if it has rung since the last sleep. */
  async sleep(clock: Clock, ms: number): Promise<void> {
    if (!this.#rung) {
      this.#sleeper = new AbortController();
      await clock.sleep(ms, this.#sleeper.signal);
    }
    this.#rung = false;
  }
}
