import { SQSClient } from "@aws-sdk/client-sqs";
import type { Clock, DeadLetter, Job, Queue } from "../../ports.ts";
import { succeeds, type Handler } from "../handled.ts";
import { type AwsConnection, clientOptions } from "./client-options.ts";
import { DeadLetterQueue } from "./dead-letters.ts";
import { consume } from "./queue-consumer.ts";
import { type Delivery, unpack } from "./queue-envelope.ts";
import { QueueRequests } from "./queue-requests.ts";

export interface SqsQueueOptions {
  /** Of a standard queue with a redrive policy: its `maxReceiveCount` is the number of attempts. */
  queueUrl: string;
  /** A job that is in nobody's hands any more, as the process was killed, is held no longer than this. */
  visibilitySeconds?: number;
  /** Pause after the first failed attempt, rounded to seconds; doubled with each further one, up to 12 hours. */
  retryMs?: number;
  /** How long a request for jobs waits for the first one: 1 to 20. */
  waitTimeSeconds?: number;
}

/**
 * The queue on SQS: a standard queue, fair between tenants. Jobs come in no order, each at least once, sometimes twice
 * at the same time. SQS itself makes dead letters, so a process and Lambda do the same; an attempt counts from the
 * moment SQS hands the job out. A last failed attempt becomes a dead letter after its pause.
 */
export class SqsQueue implements Queue {
  readonly #connection: AwsConnection;
  readonly #client: SQSClient;
  readonly #requests: QueueRequests;
  readonly #letters: DeadLetterQueue;
  readonly #clock: Clock;
  readonly #options: Required<SqsQueueOptions>;

  constructor(connection: AwsConnection, clock: Clock, options: SqsQueueOptions) {
    this.#connection = connection;
    this.#client = new SQSClient(clientOptions(connection));
    this.#requests = new QueueRequests(this.#client, options.queueUrl, clock);
    this.#letters = new DeadLetterQueue(this.#requests);
    this.#clock = clock;
    this.#options = { visibilitySeconds: 60, retryMs: 1000, waitTimeSeconds: 20, ...options };
  }

  async send(job: Job, delayMs = 0): Promise<void> {
    await this.#requests.send(job, delayMs);
  }

  /**
   * Besides what the port says: goes on when SQS does not answer for a while, and rejects, after the handlers in
   * flight, with `storage.missing` or `storage.denied`. A handler may take longer than the visibility, up to 12 hours.
   * A job that SQS is handing out while the signal aborts comes again when its visibility ends, an attempt poorer.
   */
  async consume(
    handler: Handler,
    { signal, concurrency = 4 }: { signal: AbortSignal; concurrency?: number },
  ): Promise<void> {
    await consume({
      connection: this.#connection,
      requests: this.#requests,
      clock: this.#clock,
      deliver: (delivery) => this.deliver(delivery, handler),
      signal,
      concurrency,
      ...this.#options,
    });
  }

  /**
   * Gives one message to the handler, or sends it anew when it is not due yet. True: it is done with and to be deleted.
   * False: it stays, and comes again after a pause that doubles with each attempt; a body that is no job fails too.
   */
  async deliver({ body, receiptHandle, attempt }: Delivery, handler: Handler): Promise<boolean> {
    const envelope = unpack(body);
    if (envelope !== undefined) {
      const { job, due = 0 } = envelope;
      // The new message is durable before the old one is deleted, and its attempts count from the beginning.
      if (due > this.#clock.now()) return this.#requests.sendAnew(job, due);
      if (await succeeds(handler, job, attempt)) return true;
    }
    const seconds = Math.round((this.#options.retryMs * 2 ** (attempt - 1)) / 1000);
    await this.#requests.hide([receiptHandle], Math.min(seconds, longestSeconds));
    return false;
  }

  /**
   * SQS has no list, so the dead-letter queue is read: a request for each ten letters, one to hand them back, and one
   * that finds no more. They are hidden meanwhile, so of two who look at once each sees a part.
   */
  async deadLetters(limit = 100): Promise<DeadLetter[]> {
    return this.#letters.list(limit);
  }

  async check(): Promise<void> {
    await this.#requests.check();
  }

  /** Reads the dead-letter queue until it comes to this letter, up to 1,000 of them. */
  async redrive(id: string): Promise<boolean> {
    return this.#letters.redrive(id);
  }

  /** Closes the connections. */
  [Symbol.dispose](): void {
    this.#client.destroy();
  }
}

const longestSeconds = 43_200;
