import { setImmediate, setTimeout } from "node:timers/promises";
import type { Clock } from "../src/ports.ts";

interface Sleeper {
  at: number;
  wake: () => void;
}

/**
 * A clock that stands still until it is told to move: tests and simulations of days take milliseconds, and come out the
 * same each time. It moves from sleeper to sleeper, and between two of them whatever was woken gets to run until it
 * sleeps again: promises, streams and files are waited for. Sockets and thread-pool work other than files are not;
 * for those use `runUntil`.
 */
export class VirtualClock implements Clock {
  #now: number;
  #sleepers: Sleeper[] = [];

  constructor(start = Date.UTC(2026, 1, 2, 8)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    // A turn, so that a loop of sleeps of no length cannot keep everything else from running.
    if (ms <= 0) return setImmediate();
    await new Promise<void>((resolve) => {
      const wake = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const sleeper = { at: this.#now + ms, wake };
      // Sorted by time; of equal times the first to fall asleep is the first to wake.
      const place = this.#sleepers.findLastIndex(({ at }) => at <= sleeper.at) + 1;
      this.#sleepers.splice(place, 0, sleeper);
      signal?.addEventListener("abort", wake);
    });
  }

  /** Lets `ms` pass. Everyone whose time comes meanwhile has run, and may have slept and run again, when it resolves. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let next = this.#sleepers[0]; next !== undefined && next.at <= end; next = this.#sleepers[0]) {
      this.#now = Math.max(this.#now, next.at);
      next.wake();
      await settle();
    }
    this.#now = Math.max(this.#now, end);
  }

  /**
   * Lets time pass from sleeper to sleeper until the condition holds; `stepMs` is the longest step in between. Throws
   * after `limitMs` of virtual time, or when nobody has slept for a second of real time, as nothing can change then.
   */
  async runUntil(
    condition: () => boolean | Promise<boolean>,
    { limitMs, stepMs = Infinity }: { limitMs: number; stepMs?: number },
  ): Promise<void> {
    const end = this.#now + limitMs;
    for (let idle = 0; ;) {
      await settle();
      if (await condition()) return;
      const next = Math.min(this.#sleepers[0]?.at ?? Infinity, this.#now + stepMs);
      if (next === Infinity) {
        if ((idle += 1) > 1000) throw new Error("Nobody sleeps, and the condition does not hold.");
        await setTimeout(1);
        continue;
      }
      idle = 0;
      if (next > end) throw new Error(`The condition does not hold after ${limitMs} ms.`);
      await this.advance(next - this.#now);
    }
  }
}

/** Ten turns of the event loop in a row without a file at work: enough for streams and chains of promises. */
async function settle(): Promise<void> {
  const patience = performance.now() + 1000;
  for (let quiet = 0; quiet < 10;) {
    await setImmediate();
    quiet = filesAtWork() && performance.now() < patience ? 0 : quiet + 1;
  }
}

function filesAtWork(): boolean {
  return process.getActiveResourcesInfo().some((resource) => /^(FSReq|CloseReq)/.test(resource));
}
