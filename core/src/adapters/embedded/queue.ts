import type { Clock, DeadLetter, Job, Queue } from "../../ports.ts";
import { succeeds, type Handler } from "../handled.ts";
import type { Database } from "./database.ts";

export interface QueueOptions {
  /** Attempts before a job is a dead letter. An attempt counts from its beginning: a job that kills the process ends too. */
  maxAttempts?: number;
  /** Pause after the first failed attempt; doubled with each further one. */
  retryMs?: number;
  /** The longest such pause. A running handler keeps its job however long it takes. */
  visibilityMs?: number;
}

interface Row {
  id: number;
  job: string;
  due: number;
  attempts: number;
}

/**
 * The queue in SQLite. Jobs go out in the order in which they are due, then in which they were sent.
 * The database belongs to one process, so which jobs are out is known in memory: a killed process holds nothing,
 * and a slow handler is never overtaken. Time passes only on the clock, and a `send` wakes whoever waits.
 */
export class SqliteQueue implements Queue {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #options: Required<QueueOptions>;
  readonly #out = new Set<number>();
  readonly #wakers = new Set<() => void>();

  constructor(database: Database, clock: Clock, options: QueueOptions = {}) {
    this.#database = database;
    this.#clock = clock;
    this.#options = { maxAttempts: 5, retryMs: 1000, visibilityMs: 300_000, ...options };
  }

  async send(job: Job, delayMs = 0): Promise<void> {
    const due = Math.ceil(this.#clock.now() + delayMs);
    await this.#database.run("INSERT INTO jobs (job, due) VALUES (?, ?)", JSON.stringify(job), due);
    this.#wake();
  }

  /** Besides what the port says: rejects, after the handlers in flight, when the database fails. */
  async consume(
    handler: Handler,
    { signal, concurrency = 4 }: { signal: AbortSignal; concurrency?: number },
  ): Promise<void> {
    const running = new Set<Promise<void>>();
    const failures: unknown[] = [];
    let pause = new AbortController();
    const wake = () => pause.abort();
    const start = (row: Row) => {
      const work = this.#attempt(row, handler)
        .catch((thrown: unknown) => void failures.push(thrown))
        .finally(() => {
          running.delete(work);
          // Not only this consumer: another one may be waiting for the job that is free again.
          this.#wake();
        });
      running.add(work);
    };

    this.#wakers.add(wake);
    signal.addEventListener("abort", wake);
    try {
      while (!signal.aborted && failures.length === 0) {
        // Before the look into the database, so that nothing sent after it is missed.
        pause = new AbortController();
        const next = running.size < concurrency ? this.#next() : undefined;
        const wait = next === undefined ? undefined : next.due - this.#clock.now();
        if (wait === undefined) await aborted(pause.signal);
        else if (wait > 0) await this.#clock.sleep(wait, pause.signal);
        else if (next !== undefined) start(next);
      }
    } finally {
      this.#wakers.delete(wake);
      signal.removeEventListener("abort", wake);
      await Promise.all(running);
    }
    if (failures.length > 0) throw failures[0];
  }

  async deadLetters(limit = 100): Promise<DeadLetter[]> {
    const sql = "SELECT id, job, due, attempts FROM jobs WHERE dead = 1 ORDER BY id LIMIT ?";
    const rows = this.#database.all<Row>(sql, limit);
    return rows.map(({ id, job, attempts }) => ({ id: String(id), job: JSON.parse(job) as Job, attempts }));
  }

  async check(): Promise<void> {
    this.#database.all("SELECT id FROM jobs LIMIT 1");
  }

  async redrive(id: string): Promise<boolean> {
    const sql = "UPDATE jobs SET dead = 0, attempts = 0, due = 0 WHERE dead = 1 AND CAST(id AS TEXT) = ?";
    const found = (await this.#database.run(sql, id)) === 1;
    if (found) this.#wake();
    return found;
  }

  /** The first job that is not out, due or not. */
  #next(): Row | undefined {
    const sql = "SELECT id, job, due, attempts FROM jobs WHERE dead = 0 ORDER BY due, id LIMIT ?";
    return this.#database.all<Row>(sql, this.#out.size + 1).find(({ id }) => !this.#out.has(id));
  }

  async #attempt({ id, job, attempts }: Row, handler: Handler): Promise<void> {
    const { maxAttempts, retryMs, visibilityMs } = this.#options;
    const bury = "UPDATE jobs SET dead = 1 WHERE id = ?";
    this.#out.add(id);
    try {
      // Its last attempt ended with the process.
      if (attempts >= maxAttempts) return void (await this.#database.run(bury, id));
      const attempt = attempts + 1;
      await this.#database.run("UPDATE jobs SET attempts = ? WHERE id = ?", attempt, id);
      if (await succeeds(handler, JSON.parse(job) as Job, attempt)) {
        await this.#database.run("DELETE FROM jobs WHERE id = ?", id);
      } else if (attempt < maxAttempts) {
        const due = Math.ceil(this.#clock.now() + Math.min(retryMs * 2 ** (attempt - 1), visibilityMs));
        await this.#database.run("UPDATE jobs SET due = ? WHERE id = ?", due, id);
      } else await this.#database.run(bury, id);
    } finally {
      this.#out.delete(id);
    }
  }

  #wake(): void {
    for (const wake of this.#wakers) wake();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
