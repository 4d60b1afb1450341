import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { createGzip, gzip } from "node:zlib";
import { describe, expect, it } from "vitest";
import { realClock } from "../../src/adapters/clock.ts";
import { clockContract, VirtualClock } from "../../testing/index.ts";
import { openEmbedded } from "./folder.ts";

describe("real clock", () => {
  clockContract(it, async () => realClock);
});

describe("virtual clock", () => {
  clockContract(
    it,
    async () => new VirtualClock(),
    (clock, ms) => clock.advance(ms),
  );

  it("lets those it wakes work and sleep again before it moves on", async () => {
    const clock = new VirtualClock(0);
    const log: string[] = [];
    const worker = async (name: string, pause: number) => {
      for (let turn = 0; turn < 3; turn++) {
        await clock.sleep(pause);
        log.push(`${name}@${clock.now()}`);
      }
    };
    const workers = [worker("a", 10), worker("b", 15)];
    await clock.advance(100);
    await Promise.all(workers);
    expect(log).toEqual(["a@10", "b@15", "a@20", "b@30", "a@30", "b@45"]);
    expect(clock.now()).toBe(100);
  });

  it("waits for files between two sleeps", async () => {
    const clock = new VirtualClock();
    const { archive } = await openEmbedded();
    let stored = 0;
    const archivist = async () => {
      for (; stored < 50; stored++) {
        await clock.sleep(1000);
        await archive.put(`blobs/${stored}`, Buffer.from("x"));
      }
    };
    void archivist();
    await clock.advance(50_000);
    expect(stored).toBe(50);
  });

  it("stands still while zlib works in the thread pool, and while it is told to", async () => {
    const clock = new VirtualClock(0);
    const ended: number[] = [];
    const large = Buffer.alloc(64 * 1024 * 1024, "ab");
    void promisify(gzip)(large).then(() => ended.push(clock.now()));
    await clock.advance(1000);
    expect(ended).toEqual([0]);
    void clock.busy(setTimeout(50)).then(() => ended.push(clock.now()));
    await clock.advance(1000);
    expect(ended).toEqual([0, 1000]);
  });

  it("does not wait for a zlib stream that was given up", async () => {
    const clock = new VirtualClock(0);
    const stream = createGzip();
    stream.write(Buffer.alloc(1024 * 1024));
    stream.destroy();
    await clock.advance(1000);
    expect(clock.now()).toBe(1000);
  });

  it("wakes at whole milliseconds", async () => {
    const clock = new VirtualClock(0);
    const woken: number[] = [];
    for (const ms of [0.4, 1, 1.2]) void clock.sleep(ms).then(() => woken.push(clock.now()));
    await clock.advance(10);
    expect(woken).toEqual([1, 1, 2]);
  });

  it("moves on when the work it was held for has failed", async () => {
    const clock = new VirtualClock(0);
    await expect(clock.busy(Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    await clock.advance(1000);
    expect(clock.now()).toBe(1000);
  });

  it("runs until a condition holds, and no further", async () => {
    const clock = new VirtualClock(0);
    let done = false;
    void clock.sleep(3_600_000).then(() => {
      done = true;
    });
    void clock.sleep(7_200_000);
    await clock.runUntil(async () => done, { limitMs: 86_400_000 });
    expect(clock.now()).toBe(3_600_000);
  });

  it("looks at the condition at least every step", async () => {
    const clock = new VirtualClock(0);
    await clock.runUntil(() => clock.now() >= 250, { limitMs: 1000, stepMs: 100 });
    expect(clock.now()).toBe(300);
  });

  it("gives up after the limit, and when nobody sleeps", async () => {
    const clock = new VirtualClock(0);
    await expect(clock.runUntil(() => false, { limitMs: 1000 })).rejects.toThrow("Nobody sleeps");
    void clock.sleep(2000);
    await expect(clock.runUntil(() => false, { limitMs: 1000 })).rejects.toThrow("after 1000 ms");
  });
});
