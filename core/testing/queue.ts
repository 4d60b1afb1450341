import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import type { Job, Queue } from "../src/ports.ts";
import { eventually } from "./eventually.ts";
import type { It } from "./it.ts";

/**
 * What every `Queue` must do, in real time: deliver what was sent before and while it is consumed, not before its delay,
 * give a failed job again with its attempts counted until it is a dead letter, put that back, keep to the concurrency,
 * and let the handlers in flight end when it is stopped. `open` gives a queue that nobody else uses, empty, with a
 * pause between attempts well below a second and not more than about five attempts.
 */
export function queueContract(it: It, open: () => Promise<Queue>): void {
  it("delivers every job as it was sent, before and while it is consumed", async () => {
    const queue = await open();
    const jobs: Job[] = [
      { n: 1 },
      {},
      { text: 'zażółć 🧾 "\n', deep: [{ list: [null, true, -1.5] }] },
      { n: 2 },
    ];
    const seen: Job[] = [];
    for (const job of jobs) await queue.send(job);
    await consuming(
      queue,
      async (job) => void seen.push(job),
      async () => {
        await eventually("the jobs sent before", async () => seen.length >= jobs.length);
        await setTimeout(100);
        await queue.send({ late: true });
        await eventually("the job sent while it slept", async () => seen.some(({ late }) => late === true));
      },
    );
    for (const job of [...jobs, { late: true }]) assert.ok(seen.some((other) => isSame(job, other)));
  });

  it("holds a job back for its delay, and lets others pass", async () => {
    const queue = await open();
    const seen: { name: unknown; after: number }[] = [];
    const start = performance.now();
    await queue.send({ name: "delayed" }, 1500);
    await queue.send({ name: "at once" });
    const note = async ({ name }: Job) => void seen.push({ name, after: performance.now() - start });
    await consuming(queue, note, () => eventually("both jobs", async () => seen.length >= 2));
    assert.deepEqual(
      seen.map(({ name }) => name),
      ["at once", "delayed"],
    );
    // Some services know only whole seconds and start to count when the request arrives.
    assert.ok((seen[1]?.after ?? 0) >= 1400, `the delayed job came after ${seen[1]?.after} ms`);
  });

  it("gives a job again when its handler throws, and counts the attempts", async () => {
    const queue = await open();
    const attempts: number[] = [];
    await queue.send({ fails: "twice" });
    const failTwice = async (_: Job, attempt: number) => {
      attempts.push(attempt);
      if (attempt < 3) throw new Error("not yet");
    };
    await consuming(queue, failTwice, () =>
      eventually("the third attempt", async () => attempts.length >= 3),
    );
    assert.deepEqual(attempts, [1, 2, 3]);
    assert.deepEqual(await queue.deadLetters(), []);
  });

  it("makes a dead letter of a job that always fails; others go on meanwhile", async () => {
    const queue = await open();
    let last = 0;
    const done: Job[] = [];
    const handler = async (job: Job, attempt: number) => {
      if (job["poison"] !== true) return void done.push(job);
      last = attempt;
      throw new Error("always");
    };
    await queue.send({ poison: true, name: "żółć" });
    await queue.send({ name: "sound" });
    await consuming(queue, handler, async () => {
      const letters = await eventually("a dead letter", () => letterIn(queue));
      assert.equal(letters.length, 1);
      assert.deepEqual(letters[0]?.job, { poison: true, name: "żółć" });
      assert.equal(letters[0]?.attempts, last);
      assert.ok(last >= 2, "it was tried more than once");
      await eventually("the other job", async () => done.length >= 1);
    });
    assert.equal((await queue.deadLetters()).length, 1);
  });

  it("puts a dead letter back once, with its attempts forgotten", async () => {
    const queue = await open();
    let broken = true;
    const repaired: number[] = [];
    const handler = async (_: Job, attempt: number) => {
      if (broken) throw new Error("broken");
      repaired.push(attempt);
    };
    await queue.send({ name: "redriven" });
    await consuming(queue, handler, async () => {
      const [letter] = await eventually("a dead letter", () => letterIn(queue));
      const { id } = letter ?? assert.fail("no dead letter");
      assert.equal(await queue.redrive("no-such-letter"), false);
      broken = false;
      assert.equal(await queue.redrive(id), true);
      assert.equal(await queue.redrive(id), false);
      await eventually("the job again", async () => repaired.length >= 1);
    });
    assert.deepEqual(repaired, [1]);
    assert.deepEqual(await queue.deadLetters(), []);
  });

  it("lists no more dead letters than it is asked for", async () => {
    const queue = await open();
    for (const n of [1, 2, 3]) await queue.send({ n });
    await consuming(queue, fail, () =>
      eventually("three dead letters", async () => (await queue.deadLetters()).length === 3),
    );
    assert.equal((await queue.deadLetters(2)).length, 2);
  });

  it("runs handlers side by side, never more than the concurrency", async () => {
    const queue = await open();
    const seen = new Set<unknown>();
    let [running, most] = [0, 0];
    for (let n = 0; n < 12; n++) await queue.send({ n });
    const handler = async ({ n }: Job) => {
      most = Math.max(most, (running += 1));
      await setTimeout(100);
      running -= 1;
      seen.add(n);
    };
    await consuming(queue, handler, () => eventually("12 jobs", async () => seen.size === 12), 3);
    assert.ok(most <= 3, `${most} handlers ran at the same time`);
    assert.ok(most >= 2, "handlers run side by side");
  });

  it("stops on the signal when the handlers in flight have ended, and keeps the rest", async () => {
    const queue = await open();
    const events: string[] = [];
    const stop = new AbortController();
    const gate = Promise.withResolvers<void>();
    for (const n of [1, 2]) await queue.send({ n });
    const handler = async () => {
      events.push("begun");
      await gate.promise;
      events.push("ended");
    };
    const consumed = queue.consume(handler, { signal: stop.signal, concurrency: 1 });
    void consumed.then(() => events.push("stopped"));
    await eventually("a handler in flight", async () => events.length === 1);
    stop.abort();
    await setTimeout(200);
    assert.deepEqual(events, ["begun"]);
    gate.resolve();
    await consumed;
    assert.deepEqual(events, ["begun", "ended", "stopped"]);

    let rest = 0;
    await consuming(
      queue,
      async () => void (rest += 1),
      () => eventually("the other job", async () => rest === 1),
    );
  });

  it("stops while it sleeps, and does not start under an aborted signal", async () => {
    const queue = await open();
    let handled = 0;
    await queue.send({ later: true }, 60_000);
    const handler = async () => void (handled += 1);
    await consuming(queue, handler, () => setTimeout(100));
    await queue.send({ now: true });
    await queue.consume(handler, { signal: AbortSignal.abort() });
    assert.equal(handled, 0);
  });
}

type Handler = (job: Job, attempt: number) => Promise<void>;

async function fail(): Promise<void> {
  throw new Error("always");
}

/** Consumes during `work` and stops afterwards, whatever came of it. */
async function consuming(
  queue: Queue,
  handler: Handler,
  work: () => Promise<unknown>,
  concurrency?: number,
): Promise<void> {
  const stop = new AbortController();
  const options = { signal: stop.signal, ...(concurrency === undefined ? {} : { concurrency }) };
  const consumed = queue.consume(handler, options);
  try {
    await Promise.race([work(), consumed.then(() => assert.fail("consume ended before it was stopped"))]);
  } finally {
    stop.abort();
    await consumed;
  }
}

async function letterIn(queue: Queue) {
  const letters = await queue.deadLetters();
  return letters.length > 0 && letters;
}

function isSame(one: Job, other: Job): boolean {
  try {
    assert.deepEqual(one, other);
    return true;
  } catch (thrown) {
    if (thrown instanceof assert.AssertionError) return false;
    throw thrown;
  }
}
