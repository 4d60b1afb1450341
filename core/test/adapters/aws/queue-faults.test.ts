import { describe, expect, it } from "vitest";
import { SqsQueue } from "../../../src/adapters/aws/queue.ts";
import { realClock } from "../../../src/adapters/clock.ts";
import type { Clock, Job } from "../../../src/ports.ts";
import type { QueueAnswer } from "../../../testing/aws/queues.ts";
import { eventually } from "../../../testing/index.ts";
import { openQueue, whileConsuming } from "./open-queue.ts";

const denied: QueueAnswer = { status: 403, code: "AccessDeniedException" };
const failing: QueueAnswer = { status: 503, code: "ServiceUnavailable" };
const handler = async () => undefined;
const forever = () => ({ signal: new AbortController().signal });

describe("queue on SQS that fails", () => {
  it("says that there is no such queue", async () => {
    const { sqs } = await openQueue();
    using queue = new SqsQueue(sqs.connection, realClock, { queueUrl: `${sqs.queueUrl}-of-old` });
    const missing = { code: "storage.missing", message: expect.stringContaining("hub-of-old") };
    await expect(queue.send({})).rejects.toMatchObject(missing);
    await expect(queue.consume(handler, forever())).rejects.toMatchObject(missing);
    await expect(queue.deadLetters()).rejects.toMatchObject(missing);
    await expect(queue.redrive("id")).rejects.toMatchObject(missing);
  });

  it("says that the hub may not use the queue", async () => {
    const { sqs, queue } = await openQueue();
    sqs.intercept = () => denied;
    await expect(queue.send({})).rejects.toMatchObject({ code: "storage.denied" });
    await expect(queue.consume(handler, forever())).rejects.toMatchObject({ code: "storage.denied" });
    await expect(queue.deadLetters()).rejects.toMatchObject({ code: "storage.denied" });
  });

  it("ends when it may not delete what is done, after the handlers in flight", async () => {
    const { sqs, queue } = await openQueue();
    sqs.intercept = ({ action }) => (action === "DeleteMessageBatch" ? denied : undefined);
    const gate = Promise.withResolvers<void>();
    let ended = false;
    for (const slow of [true, false]) await queue.send({ slow });
    const consumed = queue.consume(async ({ slow }) => {
      if (slow !== true) return;
      await gate.promise;
      ended = true;
    }, forever());
    await eventually("a deletion", async () => sqs.requests.some(({ action }) => /Delete/.test(action)));
    gate.resolve();
    await expect(consumed).rejects.toMatchObject({ code: "storage.denied" });
    expect(ended).toBe(true);
  });

  it("ends when it may not keep a job hidden, after its handler", async () => {
    const { sqs, queue } = await openQueue({ visibilitySeconds: 1 });
    sqs.intercept = ({ action }) => (action === "ChangeMessageVisibilityBatch" ? denied : undefined);
    await queue.send({});
    const gate = Promise.withResolvers<void>();
    const consumed = queue.consume(() => gate.promise, forever());
    await eventually("a hiding", async () => sqs.requests.some(({ action }) => /Visibility/.test(action)));
    gate.resolve();
    await expect(consumed).rejects.toMatchObject({ code: "storage.denied" });
  });

  it("sends in spite of being throttled", async () => {
    const { sqs, queue } = await openQueue();
    sqs.intercept = () => (sqs.requests.length === 1 ? { status: 403, code: "RequestThrottled" } : undefined);
    await queue.send({});
    expect(sqs.requests.map(({ action }) => action)).toEqual(["SendMessage", "SendMessage"]);
  });

  it("goes on when SQS has not answered, after a pause, and begins no handler meanwhile", async () => {
    const pauses: number[] = [];
    const clock: Clock = {
      ...realClock,
      sleep: async (ms, signal) => {
        if (ms !== 1000) return realClock.sleep(ms, signal);
        pauses.push(sqs.requests.length);
      },
    };
    const { sqs, queue } = await openQueue({ clock });
    const seen: Job[] = [];
    const note = async (job: Job) => void seen.push(job);
    await queue.send({});
    sqs.requests.length = 0;
    // The client itself asks five times.
    sqs.intercept = () => (sqs.requests.length <= 5 ? failing : undefined);
    await whileConsuming(queue, note, () => eventually("the job", async () => seen.length > 0));
    expect(pauses).toEqual([5]);
  });

  it("gets a job again whose receipt handle is lost when it is done", async () => {
    const { sqs, queue } = await openQueue({ visibilitySeconds: 1 });
    const lost = [{ Id: "0", SenderFault: true, Code: "ReceiptHandleIsInvalid" }];
    let deletions = 0;
    sqs.intercept = ({ action }) => {
      const isFirst = action === "DeleteMessageBatch" && (deletions += 1) === 1;
      return isFirst ? { status: 200, said: { Successful: [], Failed: lost } } : undefined;
    };
    const attempts: number[] = [];
    await queue.send({});
    const note = async (_: Job, attempt: number) => void attempts.push(attempt);
    await whileConsuming(queue, note, () => eventually("it again", async () => attempts.length === 2));
    expect(attempts).toEqual([1, 2]);
  });

  it("survives jobs out of order, and one twice at the same time", async () => {
    const { sqs, queue } = await openQueue();
    for (const n of [1, 2]) await queue.send({ n });
    let polls = 0;
    sqs.intercept = async ({ action, body }) => {
      if (action !== "ReceiveMessage" || (polls += 1) > 1) return undefined;
      const { Messages } = await sqs.ask(action, { ...body, WaitTimeSeconds: 0 });
      const [first, second] = Messages as object[];
      return { status: 200, said: { Messages: [second, first, first] } };
    };
    const seen: unknown[] = [];
    let [running, most] = [0, 0];
    const note = async ({ n }: Job) => {
      most = Math.max(most, (running += 1));
      seen.push(n);
      await realClock.sleep(10);
      running -= 1;
    };
    await whileConsuming(queue, note, () => eventually("all three", async () => seen.length === 3));
    expect(seen).toEqual([2, 1, 1]);
    expect(most).toBe(3);
    const { Attributes } = await sqs.ask("GetQueueAttributes", {
      QueueUrl: sqs.queueUrl,
      AttributeNames: ["All"],
    });
    expect(Attributes).toMatchObject({
      ApproximateNumberOfMessages: "0",
      ApproximateNumberOfMessagesNotVisible: "0",
    });
  });

  it("ends at once when it is stopped in the middle of a long poll", async () => {
    const { sqs, queue } = await openQueue({ waitTimeSeconds: 20 });
    const stop = new AbortController();
    const consumed = queue.consume(handler, { signal: stop.signal });
    await eventually("a long poll", async () => sqs.requests.length === 1);
    const before = performance.now();
    stop.abort();
    await consumed;
    expect(performance.now() - before).toBeLessThan(2000);
  });

  it("keeps a message that is not due yet while it cannot be sent anew", async () => {
    const { sqs, queue } = await openQueue();
    sqs.intercept = () => failing;
    const body = JSON.stringify({ due: Date.now() + 60_000, job: {} });
    const handed = { body, receiptHandle: "handle", attempt: 1 };
    expect(await queue.deliver(handed, () => expect.fail("It is not due."))).toBe(false);
    expect(new Set(sqs.requests.map(({ action }) => action))).toEqual(new Set(["SendMessage"]));
  });
});
