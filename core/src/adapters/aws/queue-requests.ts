import { setImmediate } from "node:timers/promises";
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { HubError } from "../../error.ts";
import type { Clock, Job } from "../../ports.ts";
import { awsFailure } from "./failure.ts";
import { pack, unpack } from "./queue-envelope.ts";

/**
 * What is asked of one queue about its messages. A request about a message that was received does no harm when it
 * fails, as the message comes again; it throws only `storage.missing`, `storage.denied` and defects.
 */
export class QueueRequests {
  readonly client: SQSClient;
  readonly url: string;
  readonly clock: Clock;
  #done: string[] = [];
  #deletion: Promise<void> | undefined;

  constructor(client: SQSClient, url: string, clock: Clock) {
    this.client = client;
    this.url = url;
    this.clock = clock;
  }

  /** SQS counts the delay in whole seconds, up to 900: for a longer one the message says when it is due. */
  async send(job: Job, delayMs: number): Promise<void> {
    const due = Math.ceil(this.clock.now() + delayMs);
    const isLong = delayMs > longestDelaySeconds * 1000;
    await this.sendBody(pack(isLong ? { due, job } : { job }), delayMs);
  }

  /** A message that may be of somebody else's making. */
  async sendBody(body: string, delayMs: number): Promise<void> {
    const command = new SendMessageCommand({
      QueueUrl: this.url,
      MessageBody: body,
      DelaySeconds: Math.min(Math.max(0, Math.ceil(delayMs / 1000)), longestDelaySeconds),
      ...groupOf(unpack(body)?.job ?? {}),
    });
    await this.asked(this.client.send(command));
  }

  async check(): Promise<void> {
    const command = new GetQueueAttributesCommand({ QueueUrl: this.url, AttributeNames: ["QueueArn"] });
    await this.asked(this.client.send(command));
  }

  /** False: it is not due yet and could not be sent anew, so the message it came with must stay. */
  async sendAnew(job: Job, due: number): Promise<boolean> {
    return answered(this.sendBody(pack({ due, job }), due - this.clock.now()));
  }

  /** Those that are done while a request is under way go together with the next one. */
  delete(receiptHandle: string): Promise<void> {
    this.#done.push(receiptHandle);
    this.#deletion ??= this.#deleteDone();
    return this.#deletion;
  }

  /** The messages come again after so many seconds, of which SQS allows 43,200 since it handed them out. */
  async hide(receiptHandles: string[], seconds: number): Promise<void> {
    for (let from = 0; from < receiptHandles.length; from += 10) {
      const entries = receiptHandles.slice(from, from + 10).map((ReceiptHandle, index) => ({
        Id: String(index),
        ReceiptHandle,
        VisibilityTimeout: seconds,
      }));
      const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl: this.url, Entries: entries });
      await answered(this.asked(this.client.send(command)));
    }
  }

  async asked<Answer>(answer: Promise<Answer>): Promise<Answer> {
    try {
      return await answer;
    } catch (thrown) {
      throw awsFailure(thrown, `the queue ${this.url}`);
    }
  }

  async #deleteDone(): Promise<void> {
    try {
      // A turn, so that handlers that end together are one request.
      await setImmediate();
      while (this.#done.length > 0) {
        const entries = this.#done
          .splice(0, 10)
          .map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
        const command = new DeleteMessageBatchCommand({ QueueUrl: this.url, Entries: entries });
        await answered(this.asked(this.client.send(command)));
      }
    } finally {
      this.#deletion = undefined;
    }
  }
}

const longestDelaySeconds = 900;

/** The tenant, so that SQS deals fairly between tenants (fair queues). SQS takes at most 128 printable ASCII characters. */
function groupOf({ tenant }: Job): { MessageGroupId?: string } {
  return typeof tenant === "string" && /^[!-~]{1,128}$/.test(tenant) ? { MessageGroupId: tenant } : {};
}

/** False: the queue did not answer, beyond the client's own retries. That a single message is lost stands in an answer. */
async function answered(answer: Promise<unknown>): Promise<boolean> {
  try {
    await answer;
    return true;
  } catch (thrown) {
    if (thrown instanceof HubError && thrown.code === "storage.unavailable") return false;
    throw thrown;
  }
}
