import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
} from "@aws-sdk/client-sqs";
import { HubError } from "../../error.ts";
import type { DeadLetter } from "../../ports.ts";
import { unpack } from "./queue-envelope.ts";
import { QueueRequests } from "./queue-requests.ts";

interface Redrive {
  letters: QueueRequests;
  maxReceiveCount: number;
}

/** The dead-letter queue that the redrive policy of a queue names. Its messages can be read, but neither listed nor found. */
export class DeadLetterQueue {
  readonly #requests: QueueRequests;
  #redrive: Redrive | undefined;

  constructor(requests: QueueRequests) {
    this.#requests = requests;
  }

  /** A body that is no job is shown as `{ body }`. */
  async list(limit: number): Promise<DeadLetter[]> {
    const { maxReceiveCount } = await this.#policy();
    return this.#reading(limit, undefined, async (read) =>
      [...read].map(([id, { Body = "" }]) => ({
        id,
        job: unpack(Body)?.job ?? { body: Body },
        // SQS goes on counting whenever a letter is looked at, and moves it after exactly so many attempts.
        attempts: maxReceiveCount,
      })),
    );
  }

  async redrive(id: string): Promise<boolean> {
    const { letters } = await this.#policy();
    return this.#reading(mostLetters, id, async (read) => {
      const letter = read.get(id);
      if (letter === undefined) return false;
      await this.#requests.sendBody(letter.Body ?? "", 0);
      const { ReceiptHandle } = letter;
      await letters.asked(
        letters.client.send(new DeleteMessageCommand({ QueueUrl: letters.url, ReceiptHandle })),
      );
      read.delete(id);
      return true;
    });
  }

  /** Reads until it has so many, or the wanted one, or there are no more; hands back what `use` leaves. */
  async #reading<Result>(
    limit: number,
    wanted: string | undefined,
    use: (read: Map<string, Message>) => Promise<Result>,
  ): Promise<Result> {
    const { letters } = await this.#policy();
    const read = new Map<string, Message>();
    try {
      while (read.size < limit) {
        const command = new ReceiveMessageCommand({
          QueueUrl: letters.url,
          MaxNumberOfMessages: Math.min(limit - read.size, 10),
          VisibilityTimeout: hiddenSeconds,
          // Without a wait SQS asks only some of its servers.
          WaitTimeSeconds: 1,
        });
        const { Messages = [] } = await letters.asked(letters.client.send(command));
        for (const message of Messages) read.set(message.MessageId ?? "", message);
        if (Messages.length === 0 || (wanted !== undefined && read.has(wanted))) break;
      }
      return await use(read);
    } finally {
      const handles = [...read.values()].map(({ ReceiptHandle = "" }) => ReceiptHandle);
      await letters.hide(handles, 0);
    }
  }

  /** Asked once: what the queue says of itself is what SQS does. */
  async #policy(): Promise<Redrive> {
    this.#redrive ??= await this.#askPolicy();
    return this.#redrive;
  }

  async #askPolicy(): Promise<Redrive> {
    const { client, url } = this.#requests;
    const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["RedrivePolicy"] });
    const { Attributes } = await this.#requests.asked(client.send(command));
    const policy = JSON.parse(Attributes?.RedrivePolicy ?? "{}") as Record<string, string | number>;
    const [, , , , account, name] = String(policy["deadLetterTargetArn"] ?? "").split(":");
    if (name === undefined)
      throw new HubError(
        "storage.missing",
        `The queue ${url} has no redrive policy, so no dead-letter queue.`,
      );
    const ask = new GetQueueUrlCommand({ QueueName: name, QueueOwnerAWSAccountId: account });
    const { QueueUrl = "" } = await this.#requests.asked(client.send(ask));
    const letters = new QueueRequests(client, QueueUrl, this.#requests.clock);
    return { letters, maxReceiveCount: Number(policy["maxReceiveCount"]) };
  }
}

/** So many letters are looked through for one. */
const mostLetters = 1000;
/** Longer than reading them takes; a process that dies meanwhile hides them no longer. */
const hiddenSeconds = 30;
