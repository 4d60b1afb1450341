import type { Transform } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { createGzip } from "node:zlib";
import type { Clock } from "../src/ports.ts";

interface Sleeper {
  at: number;
  wake: () => void;
}

/**
 * A clock that stands still until it is told to move: tests and simulations of days take milliseconds, and come out the
 * same each time. It moves from sleeper to sleeper, and between two of them whatever was woken gets to run until it
 * sleeps again: promises, streams, files, zlib and `setImmediate` (so what a database has yet to write) are waited for,
 * however long they take. Sockets and other work of the thread pool are not: hand their promise to `busy`, or use
 * `runUntil`.
 */
export class VirtualClock implements Clock {
  #now: number;
  #sleepers: Sleeper[] = [];
  #holds = 0;

  constructor(start = Date.UTC(2026, 1, 2, 8)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    // A turn, so that a loop of sleeps of no length cannot keep everything else from running.
    if (ms <= 0) return turn();
    await new Promise<void>((resolve) => {
      const wake = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      // As of a real clock, its time is whole milliseconds, and no sleep is shorter than asked for.
      const sleeper = { at: Math.ceil(this.#now + ms), wake };
      // Sorted by time; of equal times the first to fall asleep is the first to wake.
      const place = this.#sleepers.findLastIndex(({ at }) => at <= sleeper.at) + 1;
      this.#sleepers.splice(place, 0, sleeper);
      signal?.addEventListener("abort", wake);
    });
  }

  /** Time stands still until this work has ended; so it must not sleep on this clock itself. */
  async busy<T>(work: Promise<T>): Promise<T> {
    this.#holds += 1;
    try {
      return await work;
    } finally {
      this.#holds -= 1;
    }
  }

  /** Lets `ms` pass. Everyone whose time comes meanwhile has run, and may have slept and run again, when it resolves. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.#settle();
    for (let next = this.#sleepers[0]; next !== undefined && next.at <= end; next = this.#sleepers[0]) {
      this.#now = Math.max(this.#now, next.at);
      next.wake();
      await this.#settle();
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
      await this.#settle();
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

  /** Ten turns of the event loop in a row with nothing at work: enough for streams and chains of promises. */
  async #settle(): Promise<void> {
    const patience = performance.now() + patienceMs;
    for (let quiet = 0, looks = 0; quiet < 10; looks++) {
      // After a while without a spin that takes the processor from those who are waited for.
      await (looks < 1000 ? turn() : setTimeout(1));
      quiet = this.#holds > 0 || atWork() ? 0 : quiet + 1;
      if (quiet === 0 && performance.now() > patience)
        throw new Error(`Something has been at work for ${patienceMs / 1000} s of real time.`);
    }
  }
}

const patienceMs = 300_000;

/** In the thread pool, or put off until the next turn by others than virtual clocks: what a database has yet to write. */
function atWork(): boolean {
  const longAgo = performance.now() - longestChunkMs;
  for (const [stream, since] of compressing)
    if (stream.destroyed || since < longAgo) compressing.delete(stream);
  const resources = process.getActiveResourcesInfo();
  return (
    compressing.size > 0 ||
    resources.some((resource) => /^(FSReq|CloseReq)/.test(resource)) ||
    resources.filter((resource) => resource === "Immediate").length > turns
  );
}

/** How many turns of the event loop are waited for here. */
let turns = 0;

function turn(): Promise<void> {
  turns += 1;
  return new Promise((resolve) => {
    setImmediate(() => {
      turns -= 1;
      resolve();
    });
  });
}

/** Streams of zlib with a chunk in the thread pool, since when. Node lists requests for files, and these nowhere. */
const compressing = new Map<Transform, number>();
/** A chunk takes milliseconds: what is still there after this was given up by its reader. */
const longestChunkMs = 2_000;

let zlib = Object.getPrototypeOf(createGzip()) as object;
while (!Object.hasOwn(zlib, "_transform")) zlib = Object.getPrototypeOf(zlib) as object;
const transform = Reflect.get(zlib, "_transform") as Transform["_transform"];
Reflect.set(
  zlib,
  "_transform",
  function (this: Transform, ...[chunk, encoding, done]: Parameters<typeof transform>) {
    compressing.set(this, performance.now());
    transform.call(this, chunk, encoding, (error, data) => {
      compressing.delete(this);
      done(error, data);
    });
  },
);
