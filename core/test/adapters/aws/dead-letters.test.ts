import { describe, expect, it } from "vitest";
import { SqsQueue } from "../../../src/adapters/aws/queue.ts";
import { realClock } from "../../../src/adapters/clock.ts";
import type { Queues } from "../../../testing/aws/queues.ts";
import { eventually } from "../../../testing/index.ts";
import { fail, openQueue, whileConsuming } from "./open-queue.ts";

describe("dead letters on SQS", () => {
  it("are the same however often they are looked at, with the attempts of the redrive policy", async () => {
    const { sqs, queue } = await openQueue({ maxReceiveCount: 3 });
    await queue.send({ name: "dead" });
    await whileConsuming(queue, fail, () =>
      eventually("a dead letter", async () => (await queue.deadLetters()).length === 1),
    );
    const letters = await queue.deadLetters();
    expect(letters).toEqual([{ id: expect.any(String), job: { name: "dead" }, attempts: 3 }]);
    expect(await queue.deadLetters()).toEqual(letters);
    expect(sqs.requests.filter(({ action }) => /Get/.test(action))).toHaveLength(2);
  });

  it("cost a request for each ten, one that finds no more, and one to hand back each ten", async () => {
    const { sqs, queue } = await openQueue();
    await bury(sqs, 12);
    expect(await queue.deadLetters(12)).toHaveLength(12);
    expect(await queue.deadLetters(100)).toHaveLength(12);
    const asked = sqs.requests.map(({ action, body }) => [action, body["MaxNumberOfMessages"]]);
    const [receive, handBack] = ["ReceiveMessage", "ChangeMessageVisibilityBatch"];
    expect(asked.slice(2)).toEqual([
      [receive, 10],
      [receive, 2],
      [handBack, undefined],
      [handBack, undefined],
      [receive, 10],
      [receive, 10],
      [receive, 10],
      [handBack, undefined],
      [handBack, undefined],
    ]);
  });

  it("go back one by one, durably before they are deleted, wherever they stand", async () => {
    const { sqs, queue } = await openQueue();
    await bury(sqs, 12);
    const last = (await queue.deadLetters()).at(-1);
    sqs.requests.length = 0;
    expect(await queue.redrive(last?.id ?? "")).toBe(true);
    const told = sqs.requests.map(({ action }) => action).filter((action) => /Send|Delete/.test(action));
    expect(told).toEqual(["SendMessage", "DeleteMessage"]);
    expect(await queue.deadLetters()).toHaveLength(11);
    const { Messages } = await sqs.ask("ReceiveMessage", { QueueUrl: sqs.queueUrl });
    expect(JSON.parse((Messages as { Body: string }[])[0]?.Body ?? "")).toEqual({ job: last?.job });
  });

  it("stay when they cannot be sent", async () => {
    const { sqs, queue } = await openQueue();
    await bury(sqs, 1);
    const [letter] = await queue.deadLetters();
    sqs.intercept = ({ action }) =>
      action === "SendMessage" ? { status: 403, code: "AccessDeniedException" } : undefined;
    await expect(queue.redrive(letter?.id ?? "")).rejects.toMatchObject({ code: "storage.denied" });
    expect(await queue.deadLetters()).toEqual([letter]);
  });

  it("may be what is no job, shown and put back as it was", async () => {
    const { sqs, queue } = await openQueue({ maxReceiveCount: 1 });
    for (const MessageBody of ["no JSON", '{"job":[]}'])
      await sqs.ask("SendMessage", { QueueUrl: sqs.queueUrl, MessageBody });
    await whileConsuming(
      queue,
      () => expect.fail("It is no job."),
      () => eventually("two dead letters", async () => (await queue.deadLetters()).length === 2),
    );
    const letters = await queue.deadLetters();
    expect(new Set(letters.map(({ job }) => job["body"]))).toEqual(new Set(["no JSON", '{"job":[]}']));
    expect(await queue.redrive(letters[0]?.id ?? "")).toBe(true);
    const { Messages } = await sqs.ask("ReceiveMessage", { QueueUrl: sqs.queueUrl });
    expect(Messages).toMatchObject([{ Body: letters[0]?.job["body"] }]);
  });

  it("need a redrive policy", async () => {
    const { sqs } = await openQueue();
    using queue = new SqsQueue(sqs.connection, realClock, { queueUrl: sqs.deadLetterUrl });
    await expect(queue.deadLetters()).rejects.toMatchObject({ code: "storage.missing" });
  });
});

/** So many letters in the dead-letter queue. */
async function bury(sqs: Queues, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const MessageBody = JSON.stringify({ job: { n } });
    await sqs.ask("SendMessage", { QueueUrl: sqs.deadLetterUrl, MessageBody });
  }
}
