import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { setTimeout } from "node:timers/promises";
import type { Clock } from "../src/ports.ts";
import type { It } from "./it.ts";

/**
 * What every `Clock` must do: tell milliseconds that do not run backwards, let sleepers sleep their time and in order,
 * wake them at once on abort without an error, and leave no listener behind. `elapse` lets that much time pass on the
 * clock; without it the suite waits in real time.
 */
export function clockContract<Tested extends Clock>(
  it: It,
  open: () => Promise<Tested>,
  elapse: (clock: Tested, ms: number) => Promise<void> = (_, ms) => setTimeout(ms),
): void {
  it("tells whole milliseconds since 1970 that pass", async () => {
    const clock = await open();
    const before = clock.now();
    assert.ok(Number.isInteger(before) && before > Date.UTC(2020));
    await elapse(clock, 20);
    assert.ok(clock.now() >= before + 18);
  });

  it("lets a sleeper sleep its time, not less", async () => {
    const clock = await open();
    let woken = false;
    const before = clock.now();
    const sleep = clock.sleep(100).then(() => {
      woken = true;
      // Timers of an operating system may be early by the part of a millisecond that `now` does not show.
      assert.ok(clock.now() - before >= 98, `woken after ${clock.now() - before} ms`);
    });
    await elapse(clock, 30);
    assert.equal(woken, false);
    await elapse(clock, 400);
    assert.equal(woken, true);
    await sleep;
  });

  it("wakes sleepers in the order of their times", async () => {
    const clock = await open();
    const woken: number[] = [];
    for (const ms of [150, 50, 250]) void clock.sleep(ms).then(() => woken.push(ms));
    await elapse(clock, 500);
    assert.deepEqual(woken, [50, 150, 250]);
  });

  it("does not sleep for zero or less", async () => {
    const clock = await open();
    await clock.sleep(0);
    await clock.sleep(-5);
  });

  it("wakes at once on abort, without an error, and leaves no listener behind", async () => {
    const clock = await open();
    const stop = new AbortController();
    const sleeps = Promise.all([1000, 2 ** 40, Infinity].map((ms) => clock.sleep(ms, stop.signal)));
    stop.abort(new Error("the reason is nobody's error"));
    await sleeps;
    await clock.sleep(60_000, stop.signal);
    assert.equal(getEventListeners(stop.signal, "abort").length, 0);
  });

  it("leaves no listener behind when the time is over", async () => {
    const clock = await open();
    const { signal } = new AbortController();
    const sleep = clock.sleep(10, signal);
    await elapse(clock, 100);
    await sleep;
    assert.equal(getEventListeners(signal, "abort").length, 0);
  });
}
