import { onTestFinished } from "vitest";
import { SqsQueue, type SqsQueueOptions } from "../../../src/adapters/aws/queue.ts";
import type { Handler } from "../../../src/adapters/handled.ts";
import { realClock } from "../../../src/adapters/clock.ts";
import type { Clock } from "../../../src/ports.ts";
import { type Queues, startQueues } from "../../../testing/aws/queues.ts";

/** A queue of this test alone, and the SQS behind it. */
export async function openQueue(
  options: Partial<SqsQueueOptions> & { clock?: Clock; maxReceiveCount?: number } = {},
): Promise<{ sqs: Queues; queue: SqsQueue }> {
  const { clock = realClock, maxReceiveCount = 5, ...rest } = options;
  const sqs = await startQueues({ maxReceiveCount });
  const queue = new SqsQueue(sqs.connection, clock, { queueUrl: sqs.queueUrl, retryMs: 10, ...rest });
  onTestFinished(async () => {
    queue[Symbol.dispose]();
    await sqs[Symbol.asyncDispose]();
  });
  return { sqs, queue };
}

/** Consumes during `work`, and stops afterwards whatever came of it. */
export async function whileConsuming(
  queue: SqsQueue,
  handler: Handler,
  work: () => Promise<unknown>,
  concurrency = 4,
): Promise<void> {
  const stop = new AbortController();
  const consumed = queue.consume(handler, { signal: stop.signal, concurrency });
  try {
    await Promise.race([work(), consumed]);
  } finally {
    stop.abort();
    await consumed;
  }
}

/** A handler. */
export async function fail(): Promise<void> {
  throw new Error("always");
}
