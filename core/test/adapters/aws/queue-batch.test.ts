import { describe, expect, it } from "vitest";
import { answerBatch, type SqsEvent } from "../../../src/adapters/aws/queue-batch.ts";
import { realClock } from "../../../src/adapters/clock.ts";
import type { Job } from "../../../src/ports.ts";
import type { Queues } from "../../../testing/aws/queues.ts";
import { eventually } from "../../../testing/index.ts";
import { openQueue } from "./open-queue.ts";

describe("batch of SQS for Lambda", () => {
  it("names no failure when every job is done", async () => {
    const { sqs, queue } = await openQueue();
    for (const n of [1, 2, 3]) await queue.send({ n });
    const seen: unknown[] = [];
    const note = async ({ n }: Job, attempt: number) => void seen.push([n, attempt]);
    expect(await answerBatch(await eventOf(sqs), note, queue)).toEqual({ batchItemFailures: [] });
    expect(seen).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    // Lambda deletes them.
    expect(sqs.requests.map(({ action }) => action)).toEqual(Array(3).fill("SendMessage"));
  });

  it("names the job whose handler throws and the body that is no job, and no other; both come again", async () => {
    const { sqs, queue } = await openQueue();
    await sqs.ask("SendMessage", { QueueUrl: sqs.queueUrl, MessageBody: "no JSON" });
    for (const name of ["bad", "good"]) await queue.send({ name });
    const event = await eventOf(sqs);
    const { batchItemFailures } = await answerBatch(event, failBad, queue);
    const failed = event.Records.filter(({ messageId }) =>
      batchItemFailures.some(({ itemIdentifier }) => itemIdentifier === messageId),
    );
    expect(failed.map(({ body }) => body)).toEqual(["no JSON", '{"job":{"name":"bad"}}']);
    expect(batchItemFailures).toHaveLength(2);
    const again = await eventOf(sqs);
    expect(again.Records.map(({ attributes }) => attributes.ApproximateReceiveCount)).toEqual(["2", "2"]);
  });

  it("sends a job anew that is not due yet, unheard of", async () => {
    const { sqs, queue } = await openQueue({ clock: { ...realClock, now: () => 5_000 } });
    const body = JSON.stringify({ due: 1_000_000, job: { tenant: "acme" } });
    const record = { messageId: "1", receiptHandle: "1", body, attributes: { ApproximateReceiveCount: "1" } };
    const answer = await answerBatch({ Records: [record] }, () => expect.fail("It is not due."), queue);
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(sqs.requests).toMatchObject([
      { action: "SendMessage", body: { MessageBody: body, DelaySeconds: 900, MessageGroupId: "acme" } },
    ]);
  });

  it("runs handlers side by side, never more than the concurrency", async () => {
    const { sqs, queue } = await openQueue();
    for (let n = 0; n < 10; n++) await queue.send({ n });
    let [running, most] = [0, 0];
    const handler = async () => {
      most = Math.max(most, (running += 1));
      await realClock.sleep(10);
      running -= 1;
    };
    await answerBatch(await eventOf(sqs), handler, queue, { concurrency: 3 });
    expect(most).toBe(3);
  });

  it("fails as a whole when the queue is denied, after the handlers in flight", async () => {
    const { sqs, queue } = await openQueue();
    for (const name of ["bad", "slow"]) await queue.send({ name });
    const event = await eventOf(sqs);
    sqs.intercept = () => ({ status: 403, code: "AccessDeniedException" });
    const gate = Promise.withResolvers<void>();
    let ended = false;
    const handler = async (job: Job) => {
      await failBad(job);
      await gate.promise;
      ended = true;
    };
    const answered = answerBatch(event, handler, queue);
    await eventually("the refusal", async () => sqs.requests.length === 3);
    gate.resolve();
    await expect(answered).rejects.toMatchObject({ code: "storage.denied" });
    expect(ended).toBe(true);
  });
});

async function failBad({ name }: Job): Promise<void> {
  if (name === "bad") throw new Error("bad");
}

/** The next ten messages as Lambda gets them. */
async function eventOf(sqs: Queues): Promise<SqsEvent> {
  const { Messages } = await sqs.ask("ReceiveMessage", {
    QueueUrl: sqs.queueUrl,
    MaxNumberOfMessages: 10,
    MessageSystemAttributeNames: ["ApproximateReceiveCount"],
  });
  const messages = Messages as {
    MessageId: string;
    ReceiptHandle: string;
    Body: string;
    Attributes: { ApproximateReceiveCount: string };
  }[];
  const records = messages.map(({ MessageId, ReceiptHandle, Body, Attributes }) => ({
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: Attributes,
  }));
  return { Records: records };
}
