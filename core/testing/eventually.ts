import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";

/** Looks every 20 ms of real time until `check` gives something other than undefined or false; at most 20 seconds. */
export async function eventually<Value>(
  what: string,
  check: () => Promise<Value | undefined | false>,
): Promise<Value> {
  for (let tries = 0; tries < 1000; tries++) {
    const value = await check();
    if (value !== undefined && value !== false) return value;
    await setTimeout(20);
  }
  assert.fail(`Waited 20 seconds in vain: ${what}`);
}
