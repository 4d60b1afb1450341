import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Job } from "../../src/ports.ts";
import { queueContract, VirtualClock } from "../../testing/index.ts";
import { startProcess } from "./child.ts";
import { openEmbedded, temporaryFolder } from "./folder.ts";

describe("embedded queue", () => {
  queueContract(it, async () => (await openEmbedded({ queue: { retryMs: 10 } })).queue);

  it("delivers in the order in which jobs are due, then in which they were sent", async () => {
    const clock = new VirtualClock();
    const { queue } = await openEmbedded({ clock });
    for (const [name, delay] of [
      ["c", 200],
      ["a", 0],
      ["d", 200],
      ["b", 100],
    ] as const)
      await queue.send({ name }, delay);
    await clock.advance(1000);
    const seen: unknown[] = [];
    await whileConsuming(
      queue,
      async ({ name }) => void seen.push(name),
      () => clock.advance(0),
    );
    expect(seen).toEqual(["a", "b", "c", "d"]);
  });

  it("wakes exactly when a job is due, and pauses twice as long after each failure up to the longest pause", async () => {
    const clock = new VirtualClock(0);
    const { queue } = await openEmbedded({
      clock,
      queue: { maxAttempts: 6, retryMs: 1000, visibilityMs: 5000 },
    });
    const attempts: number[] = [];
    await queue.send({}, 500);
    const failAgain = async () => {
      attempts.push(clock.now());
      throw new Error("always");
    };
    await whileConsuming(queue, failAgain, () => clock.advance(60_000));
    expect(attempts).toEqual([500, 1500, 3500, 7500, 12_500, 17_500]);
    expect(await queue.deadLetters()).toMatchObject([{ attempts: 6 }]);
  });

  it("does not deliver a job a second time while its handler runs, however long", async () => {
    const clock = new VirtualClock();
    const { queue } = await openEmbedded({ clock, queue: { visibilityMs: 1000 } });
    let deliveries = 0;
    await queue.send({});
    const slow = async () => {
      deliveries += 1;
      await clock.sleep(3_600_000);
    };
    const twoConsumers = () => whileConsuming(queue, slow, () => clock.advance(7_200_000));
    await whileConsuming(queue, slow, twoConsumers);
    expect(deliveries).toBe(1);
  });

  it("puts a dead letter at the head of the queue", async () => {
    const clock = new VirtualClock();
    const { queue } = await openEmbedded({ clock, queue: { maxAttempts: 1 } });
    await queue.send({ name: "dead" });
    await whileConsuming(queue, fail, () => clock.advance(0));
    await queue.send({ name: "waiting" });
    const [letter] = await queue.deadLetters();
    expect(await queue.redrive(letter?.id ?? "")).toBe(true);
    const seen: unknown[] = [];
    await whileConsuming(
      queue,
      async ({ name }) => void seen.push(name),
      () => clock.advance(0),
    );
    expect(seen).toEqual(["dead", "waiting"]);
  });

  it("ends with the database's error, after the handlers in flight, when the database fails", async () => {
    const ports = await openEmbedded();
    let ended = false;
    await ports.queue.send({});
    const consumed = ports.queue.consume(
      async () => {
        await ports[Symbol.asyncDispose]();
        await setTimeout(50);
        ended = true;
      },
      { signal: new AbortController().signal },
    );
    await expect(consumed).rejects.toMatchObject({ code: "storage.unavailable" });
    expect(ended).toBe(true);
  });

  it("keeps jobs, delays, attempts and dead letters when the folder is opened again", async () => {
    const clock = new VirtualClock(0);
    const folder = await temporaryFolder();
    const options = { folder, clock, queue: { maxAttempts: 2, retryMs: 1000 } };
    const before = await openEmbedded(options);
    await before.queue.send({ name: "dead" });
    await whileConsuming(before.queue, fail, () => clock.advance(1000));
    await before.queue.send({ name: "failed once" });
    await whileConsuming(before.queue, fail, () => clock.advance(0));
    await before.queue.send({ name: "delayed" }, 5000);
    await before[Symbol.asyncDispose]();

    const { queue } = await openEmbedded(options);
    expect(await queue.deadLetters()).toMatchObject([{ job: { name: "dead" }, attempts: 2 }]);
    const seen: unknown[] = [];
    const note = async ({ name }: Job, attempt: number) => void seen.push([name, attempt, clock.now()]);
    await whileConsuming(queue, note, () => clock.advance(10_000));
    expect(seen).toEqual([
      ["failed once", 2, 2000],
      ["delayed", 1, 6000],
    ]);
  });

  it("gives back the job of a killed process, and counts that attempt", async () => {
    const folder = await temporaryFolder();
    const { lines, kill } = startProcess("lease", folder);
    expect((await lines.next()).value).toBe("1");
    await kill();
    const clock = new VirtualClock(Date.now() + 1000);
    const seen: unknown[] = [];
    const { queue, ...ports } = await openEmbedded({ folder, clock });
    await whileConsuming(
      queue,
      async (job, attempt) => void seen.push([job, attempt]),
      () => clock.advance(0),
    );
    expect(seen).toEqual([[{ name: "held by a process that dies" }, 2]]);
    await ports[Symbol.asyncDispose]();
  });

  it("makes a dead letter of the job whose last attempt killed the process", async () => {
    const folder = await temporaryFolder();
    const { lines, kill } = startProcess("lease", folder);
    await lines.next();
    await kill();
    const clock = new VirtualClock(Date.now() + 1000);
    const { queue } = await openEmbedded({ folder, clock, queue: { maxAttempts: 1 } });
    let handled = 0;
    await whileConsuming(
      queue,
      async () => void (handled += 1),
      () => clock.advance(0),
    );
    expect(handled).toBe(0);
    expect(await queue.deadLetters()).toMatchObject([{ attempts: 1 }]);
  });
});

type Consumable = Awaited<ReturnType<typeof openEmbedded>>["queue"];
type Handler = Parameters<Consumable["consume"]>[0];

async function fail(): Promise<void> {
  throw new Error("always");
}

async function whileConsuming(queue: Consumable, handler: Handler, work: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const consumed = queue.consume(handler, { signal: stop.signal });
  try {
    await work();
  } finally {
    stop.abort();
    await consumed;
  }
}
