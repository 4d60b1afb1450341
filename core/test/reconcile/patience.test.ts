import { expect, it } from "vitest";
import { HubError } from "../../src/error.ts";
import { patiently } from "../../src/reconcile/patience.ts";
import { virtualClock } from "../../../sandbox/test/virtual-clock.ts";

const full = new HubError("ksef.rate-limited", "full", { retryAfterMs: 50_000 });

/** Fails so often, then answers. */
function failing(times: number, error: Error) {
  let calls = 0;
  const call = async () => {
    calls += 1;
    if (calls <= times) throw error;
    return calls;
  };
  return call;
}

it("waits as long as it is told to, says so, and goes on", async () => {
  const clock = virtualClock(0);
  const waits: unknown[] = [];
  const onWait = (...wait: unknown[]) => waits.push(wait);
  expect(await patiently({ clock, patienceMs: 200_000, onWait }, failing(3, full))).toBe(4);
  expect(clock.now()).toBe(150_000);
  expect(waits).toEqual(Array.from({ length: 3 }, () => [50_000, "ksef.rate-limited"]));
});

it("gives up before a wait that its patience does not cover", async () => {
  const clock = virtualClock(0);
  await expect(patiently({ clock, patienceMs: 120_000 }, failing(3, full))).rejects.toBe(full);
  expect(clock.now()).toBe(100_000);
});

it("waits for nothing that waiting does not cure", async () => {
  const clock = virtualClock(0);
  const forbidden = new HubError("ksef.forbidden", "no");
  await expect(patiently({ clock, patienceMs: 1e9 }, failing(1, forbidden))).rejects.toBe(forbidden);
  expect(clock.now()).toBe(0);
});

it("calls no more once it is cancelled in a wait", async () => {
  const clock = virtualClock(0);
  const abort = new AbortController();
  const options = { clock, patienceMs: 1e9, signal: abort.signal, onWait: () => abort.abort() };
  const call = failing(1, full);
  await expect(patiently(options, call)).rejects.toBe(full);
  expect(await call()).toBe(2);
});
