import {
  createDispatcher,
  type Engine,
  type Job,
  reportStuck,
  reportTimes,
  sweep,
  type Tenant,
  toHubError,
  upkeep,
} from "@ksef-hub/core";
import * as z from "zod";

export interface Worker {
  /** Takes no new job; resolves when the jobs in hand are done. */
  stop(): Promise<void>;
}

export interface WorkerOptions {
  /** Submissions worked on at the same time. */
  concurrency?: number;
  /** How often lost bells are looked for, in milliseconds. */
  sweepMs?: number;
  /** Whether it also does the chores that come round: certificates, limits, alarms; default: yes. */
  chores?: boolean;
}

const bell = z.object({ tenant: z.string(), id: z.string().optional() });

/** Answers the bells of the queue, and once in a while rings for those whose bell was lost. */
export function startWorker(
  engine: Engine,
  { concurrency = 8, sweepMs = 60_000, chores = true }: WorkerOptions = {},
): Worker {
  const stopped = new AbortController();
  const { signal } = stopped;
  const dispatcher = createDispatcher(engine);
  const silence = engine.answerBells(dispatcher);

  const answer = async (job: Job): Promise<void> => {
    try {
      dispatcher.ring(bell.parse(job));
    } catch (thrown) {
      // The queue gives the job again; only here can it be told why.
      complain(engine, `The bell ${JSON.stringify(job)} was not answered`, thrown);
      throw thrown;
    }
  };
  const answering = (async () => {
    while (!signal.aborted) {
      await tryTo(engine, "The queue failed", () => engine.queue.consume(answer, { signal, concurrency }));
      if (!signal.aborted) await engine.clock.sleep(1_000, signal);
    }
  })();
  const [told, toldTimes] = [new Set<string>(), new Set<string>()];
  let round = 0;
  const isPaused = ({ environment }: Tenant): boolean => engine.breaker(environment).state !== "closed";
  const sweeping = (async () => {
    // After a start the bells of whatever was in hand are gone.
    await tryTo(engine, sweepFailed, () => sweep(engine, { overdueMs: 0, ahead: true }));
    while (!signal.aborted) {
      await engine.clock.sleep(sweepMs, signal);
      if (signal.aborted) break;
      await tryTo(engine, sweepFailed, () => sweep(engine, { overdueMs: sweepMs / 2 }));
      await tryTo(engine, "The look for stuck invoices failed", () => reportStuck(engine, told, isPaused));
      // It reads every invoice that waits.
      if (round++ % 10 > 0) continue;
      await tryTo(engine, "The look at deadlines failed", () => reportTimes(engine, toldTimes));
    }
  })();

  const keeping = chores ? tryTo(engine, "Upkeep failed", () => upkeep(engine, { signal })) : undefined;
  const watching = tryTo(engine, "The watch on KSeF failed", () => engine.watch(signal));

  return {
    stop: async () => {
      stopped.abort();
      silence();
      await Promise.all([answering, sweeping, watching, keeping, dispatcher.stop()]);
    },
  };
}

const sweepFailed = "The sweep failed";

/** What fails here is made up for by the next round. */
async function tryTo(engine: Engine, failed: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    complain(engine, failed, thrown);
  }
}

function complain(engine: Engine, what: string, thrown: unknown): void {
  const { code, message } = toHubError(thrown);
  engine.log({ level: "error", code, message: `${what}: ${message}` });
}
