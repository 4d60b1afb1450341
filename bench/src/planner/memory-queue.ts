import type { Clock, DeadLetter, Job, Queue } from "@ksef-hub/core";

interface Entry {
  id: string;
  /** JSON, so that nobody shares an object with the queue. */
  job: string;
  due: number;
  attempts: number;
}

type Handler = Parameters<Queue["consume"]>[0];

/** A queue in memory, on a clock. Jobs go out in the order in which they are due, then in which they were sent. */
export class MemoryQueue implements Queue {
  readonly #clock: Clock;
  readonly #retryMs: number;
  #sent = 0;
  readonly #waiting: Entry[] = [];
  #dead: Entry[] = [];
  readonly #wakers = new Set<() => void>();

  constructor(clock: Clock, retryMs = 1000) {
    this.#clock = clock;
    this.#retryMs = retryMs;
  }

  async send(job: Job, delayMs = 0): Promise<void> {
    const due = this.#clock.now() + Math.ceil(delayMs);
    this.#add({ id: String((this.#sent += 1)), job: JSON.stringify(job), due, attempts: 0 });
  }

  async consume(
    handler: Handler,
    { signal, concurrency = 4 }: { signal: AbortSignal; concurrency?: number },
  ): Promise<void> {
    const running = new Set<Promise<void>>();
    let pause = new AbortController();
    const wake = () => pause.abort();
    this.#wakers.add(wake);
    signal.addEventListener("abort", wake);
    while (!signal.aborted) {
      pause = new AbortController();
      const next = running.size < concurrency ? this.#waiting[0] : undefined;
      const wait = next === undefined ? Infinity : next.due - this.#clock.now();
      if (next === undefined || wait > 0) {
        await this.#clock.sleep(wait, pause.signal);
        continue;
      }
      this.#waiting.shift();
      const work = this.#attempt(next, handler).finally(() => {
        running.delete(work);
        this.#wake();
      });
      running.add(work);
    }
    this.#wakers.delete(wake);
    signal.removeEventListener("abort", wake);
    await Promise.all(running);
  }

  async deadLetters(limit = 100): Promise<DeadLetter[]> {
    return this.#dead
      .slice(0, limit)
      .map(({ id, job, attempts }) => ({ id, job: JSON.parse(job) as Job, attempts }));
  }

  async check(): Promise<void> {
    // It is always there.
  }

  async redrive(id: string): Promise<boolean> {
    const letter = this.#dead.find((entry) => entry.id === id);
    if (letter === undefined) return false;
    this.#dead = this.#dead.filter((entry) => entry !== letter);
    this.#add({ ...letter, attempts: 0, due: this.#clock.now() });
    return true;
  }

  async #attempt(entry: Entry, handler: Handler): Promise<void> {
    const attempts = entry.attempts + 1;
    const [outcome] = await Promise.allSettled([handler(JSON.parse(entry.job) as Job, attempts)]);
    if (outcome.status === "fulfilled") return;
    if (attempts === mostAttempts) this.#dead.push({ ...entry, attempts });
    else this.#add({ ...entry, attempts, due: this.#clock.now() + this.#retryMs * 2 ** (attempts - 1) });
  }

  #add(entry: Entry): void {
    this.#waiting.splice(this.#waiting.findLastIndex(({ due }) => due <= entry.due) + 1, 0, entry);
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#wakers) wake();
  }
}

const mostAttempts = 5;
