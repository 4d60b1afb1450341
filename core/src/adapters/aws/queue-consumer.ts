import { setImmediate } from "node:timers/promises";
import { type Message, SQSClient } from "@aws-sdk/client-sqs";
import { Consumer } from "sqs-consumer";
import { HubError } from "../../error.ts";
import type { Clock } from "../../ports.ts";
import { type AwsConnection, clientOptions } from "./client-options.ts";
import { awsFailure } from "./failure.ts";
import type { Delivery } from "./queue-envelope.ts";
import type { QueueRequests } from "./queue-requests.ts";

interface Consuming {
  connection: AwsConnection;
  requests: QueueRequests;
  clock: Clock;
  /** True: the message may be deleted. Rejects when the queue cannot be used. */
  deliver: (delivery: Delivery) => Promise<boolean>;
  signal: AbortSignal;
  concurrency: number;
  visibilitySeconds: number;
  waitTimeSeconds: number;
}

/**
 * Asks for as many messages as there is room for and hands them out, until the signal aborts or the queue cannot be used.
 * `sqs-consumer` asks; left to itself it would ask anew only when the slowest job of a batch has ended, so the batch
 * is answered as soon as there is room again, and messages are kept hidden and deleted here.
 */
export async function consume(consuming: Consuming): Promise<void> {
  const { requests, clock, signal, concurrency, visibilitySeconds, waitTimeSeconds } = consuming;
  if (signal.aborted) return;
  const broken = new AbortController();
  const ending = AbortSignal.any([signal, broken.signal]);
  const running = new Set<Promise<void>>();
  let failing = false;
  let polled = Promise.withResolvers<void>();
  let room = Promise.withResolvers<void>();

  const start = (message: Message) => {
    const work = attempt(consuming, message)
      .catch((thrown: unknown) => broken.abort(thrown))
      .finally(() => {
        running.delete(work);
        room.resolve();
      });
    running.add(work);
  };
  using client = pollingClient(consuming);
  const consumer = Consumer.create({
    queueUrl: requests.url,
    sqs: client.sqs,
    batchSize: Math.min(concurrency, 10),
    visibilityTimeout: visibilitySeconds,
    waitTimeSeconds,
    messageSystemAttributeNames: ["ApproximateReceiveCount"],
    shouldDeleteMessages: false,
    authenticationErrorTimeout: 0,
    preReceiveMessageCallback: async () => {
      polled = Promise.withResolvers();
      if (failing) await clock.sleep(pauseMs, ending);
    },
    postReceiveMessageCallback: async () => {
      failing = false;
    },
    handleMessageBatch: async (messages) => {
      const handles = messages.map(handleOf);
      for (const message of messages) {
        if (ending.aborted) break;
        start(message);
        handles.shift();
      }
      // Handed out before the signal aborted, and not begun: others may have them at once.
      await requests.hide(handles, 0);
      while (running.size >= concurrency && !ending.aborted) {
        room = Promise.withResolvers();
        await room.promise;
      }
      // A turn, so that jobs that end together leave their room together.
      await setImmediate();
      consumer.updateOption("batchSize", Math.min(Math.max(1, concurrency - running.size), 10));
      return [];
    },
  });
  consumer.on("error", (thrown) => {
    if (ending.aborted) return;
    const failure = awsFailure(thrown.cause ?? thrown, `the queue ${requests.url}`);
    failing = failure instanceof HubError && failure.code === "storage.unavailable";
    if (!failing) broken.abort(failure);
  });

  for (const event of ["empty", "error", "response_processed"] as const)
    consumer.on(event, () => polled.resolve());

  consumer.start();
  await aborted(ending);
  room.resolve();
  consumer.stop({ abort: true });
  // The request under way was given up, or its messages are handed out or back.
  await polled.promise;
  await Promise.all(running);
  if (broken.signal.aborted) throw broken.signal.reason;
}

/** Between two requests of which the first failed in spite of the client's own retries. */
const pauseMs = 1000;

/** With a deadline beyond the time such a request waits, and slowed down alone when it is throttled. */
function pollingClient({ connection, waitTimeSeconds }: Consuming) {
  const options = clientOptions(connection);
  const requestTimeout = options.requestHandler.requestTimeout + waitTimeSeconds * 1000;
  const sqs = new SQSClient({ ...options, requestHandler: { ...options.requestHandler, requestTimeout } });
  return { sqs, [Symbol.dispose]: () => sqs.destroy() };
}

/** Keeps the message hidden while it is worked on, and deletes it when it is done with. */
async function attempt(consuming: Consuming, message: Message): Promise<void> {
  const { requests, deliver } = consuming;
  const receiptHandle = handleOf(message);
  const over = new AbortController();
  const work = async () => {
    try {
      const [body, count] = [message.Body ?? "", message.Attributes?.ApproximateReceiveCount];
      if (await deliver({ body, receiptHandle, attempt: Number(count ?? 1) }))
        await requests.delete(receiptHandle);
    } finally {
      over.abort();
    }
  };
  const outcomes = await Promise.allSettled([work(), keepHidden(consuming, receiptHandle, over.signal)]);
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}

async function keepHidden(
  { requests, clock, visibilitySeconds }: Consuming,
  receiptHandle: string,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await clock.sleep(visibilitySeconds * 500, signal);
    if (signal.aborted) return;
    await requests.hide([receiptHandle], visibilitySeconds);
  }
}

function handleOf({ ReceiptHandle = "" }: Message): string {
  return ReceiptHandle;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
