import { describe, expect, it } from "vitest";
import { realClock } from "../../../src/adapters/clock.ts";
import type { Job } from "../../../src/ports.ts";
import { eventually, queueContract } from "../../../testing/index.ts";
import { fail, openQueue, whileConsuming } from "./open-queue.ts";

describe("queue on SQS", () => {
  queueContract(it, async () => (await openQueue()).queue);

  it("names the tenant as the message group, if SQS can take the name", async () => {
    const { sqs, queue } = await openQueue();
    const tenants = ["acme", "a".repeat(128), "a".repeat(129), "żółć", "two words", "", 7];
    for (const tenant of tenants) await queue.send({ tenant });
    await queue.send({});
    const groups = sqs.requests.map(({ body }) => body["MessageGroupId"]);
    expect(groups).toEqual(["acme", "a".repeat(128), ...Array(6).fill(undefined)]);
  });

  it("takes the two characters that SQS refuses", async () => {
    const { queue } = await openQueue();
    const seen: Job[] = [];
    await queue.send({ text: "\uFFFE \uFFFF 🧾" });
    const note = async (job: Job) => void seen.push(job);
    await whileConsuming(queue, note, () => eventually("the job", async () => seen.length > 0));
    expect(seen).toEqual([{ text: "\uFFFE \uFFFF 🧾" }]);
  });

  it("holds a job back for longer than SQS can, unheard of and without an attempt", async () => {
    let now = 1_000_000;
    const { sqs, queue } = await openQueue({ clock: { ...realClock, now: () => now }, maxReceiveCount: 1 });
    // As if the time of each delay had passed.
    sqs.intercept = ({ action, body }) => {
      if (action === "SendMessage") now += Number(body["DelaySeconds"]) * 1000;
      delete body["DelaySeconds"];
      return undefined;
    };
    const heard: unknown[] = [];
    const note = async (job: Job, attempt: number) => void heard.push([job, attempt, now]);
    await queue.send({ tenant: "acme" }, 2_000_000);
    await whileConsuming(queue, note, () => eventually("the job", async () => heard.length > 0));
    expect(heard).toEqual([[{ tenant: "acme" }, 1, 3_000_000]]);
    const told = sqs.requests.filter(({ action }) => /Send|Delete/.test(action));
    expect(told.map(({ action, body }) => body["DelaySeconds"] ?? action)).toEqual([
      900,
      900,
      "DeleteMessageBatch",
      200,
      "DeleteMessageBatch",
      "DeleteMessageBatch",
    ]);
    expect(
      told.every(({ action, body }) => action !== "SendMessage" || body["MessageGroupId"] === "acme"),
    ).toBe(true);
  });

  it("asks for as many jobs as there is room for, and deletes those that end together with one request", async () => {
    const { sqs, queue } = await openQueue();
    for (let n = 0; n < 10; n++) await queue.send({ n });
    sqs.requests.length = 0;
    const deletions = () => sqs.requests.filter(({ action }) => action === "DeleteMessageBatch");
    const allDeleted = () => eventually("a deletion", async () => deletions().length > 0);
    await whileConsuming(queue, async () => undefined, allDeleted, 16);
    expect(deletions().map(({ body }) => (body["Entries"] as unknown[]).length)).toEqual([10]);
    expect(sqs.requests[0]).toMatchObject({
      action: "ReceiveMessage",
      body: { MaxNumberOfMessages: 10, WaitTimeSeconds: 20, VisibilityTimeout: 60 },
    });
  });

  it("goes on with other jobs while one takes long, which it hides from everybody else", async () => {
    const { sqs, queue } = await openQueue({ visibilitySeconds: 1 });
    const gate = Promise.withResolvers<void>();
    const seen: unknown[] = [];
    let [running, most] = [0, 0];
    for (const n of ["slow", 1, 2, 3]) await queue.send({ n });
    const handler = async ({ n }: Job) => {
      seen.push(n);
      most = Math.max(most, (running += 1));
      await (n === "slow" ? gate.promise : realClock.sleep(10));
      running -= 1;
    };
    const hidings = () => sqs.requests.filter(({ action }) => action === "ChangeMessageVisibilityBatch");
    const work = async () => {
      await eventually("the other jobs", async () => seen.length === 4);
      await queue.send({ n: 4 });
      // Four times half a second: twice as long as it would have been hidden.
      await eventually("hidings", async () => hidings().length >= 4);
      gate.resolve();
    };
    await whileConsuming(queue, handler, work, 2);
    expect(seen).toEqual(["slow", 1, 2, 3, 4]);
    expect(most).toBe(2);
    expect(hidings()[0]?.body).toMatchObject({ Entries: [{ VisibilityTimeout: 1 }] });
  });

  it("hands back at once what it was given and has not begun when it is stopped", async () => {
    const { sqs, queue } = await openQueue();
    for (const n of [1, 2, 3]) await queue.send({ n });
    const stop = new AbortController();
    const seen: unknown[] = [];
    const handler = async ({ n }: Job) => {
      seen.push(n);
      stop.abort();
    };
    await queue.consume(handler, { signal: stop.signal });
    expect(seen).toEqual([1]);
    const { Messages } = await sqs.ask("ReceiveMessage", { QueueUrl: sqs.queueUrl, MaxNumberOfMessages: 10 });
    expect(Messages).toHaveLength(2);
  });

  it("gets the job of a killed process when its visibility ends, and counts that attempt", async () => {
    const { sqs, queue } = await openQueue();
    await queue.send({ name: "held" });
    await sqs.ask("ReceiveMessage", { QueueUrl: sqs.queueUrl, VisibilityTimeout: 1 });
    const seen: unknown[] = [];
    const note = async (job: Job, attempt: number) => void seen.push([job, attempt]);
    await whileConsuming(queue, note, () => eventually("the job", async () => seen.length > 0));
    expect(seen).toEqual([[{ name: "held" }, 2]]);
  });

  it("pauses twice as long after each failed attempt, up to 12 hours", async () => {
    const { sqs, queue } = await openQueue({ retryMs: 1500 });
    const pauses: unknown[] = [];
    sqs.intercept = ({ body }) => {
      pauses.push((body["Entries"] as { VisibilityTimeout: number }[])[0]?.VisibilityTimeout);
      return { status: 200, said: { Successful: [], Failed: [] } };
    };
    for (const attempt of [1, 2, 3, 4, 15, 16, 1000]) {
      const delivery = { body: '{"job":{}}', receiptHandle: "handle", attempt };
      expect(await queue.deliver(delivery, fail)).toBe(false);
    }
    expect(pauses).toEqual([2, 3, 6, 12, 24_576, 43_200, 43_200]);
  });
});
