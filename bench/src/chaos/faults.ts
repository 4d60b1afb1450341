import { setTimeout as pause } from "node:timers/promises";
import type { Sandbox } from "@ksef-hub/sandbox";
import { faultKinds, type FaultKind } from "./fault-kinds.ts";
import type { Random } from "./random.ts";

export interface FaultRun {
  /** Ends the fault in force and begins no other. */
  stop(): Promise<void>;
  /** What is wrong at this moment. */
  readonly current: string[];
  /** How often each fault struck; of those that are no rule, how often they came. */
  readonly struck: Record<string, number>;
}

/**
 * Lets one fault after another loose on the sandbox, in two lanes, so that two at a time meet. Each lane deals all kinds
 * in a random order before any comes again.
 */
export function startFaults(sandbox: Sandbox, randoms: Random[]): FaultRun {
  const stopped = new AbortController();
  const struck: Record<string, number> = {};
  const current = new Map<number, string>();
  let count = 0;
  const add = (name: string, times: number): void => {
    struck[name] = (struck[name] ?? 0) + times;
  };

  const unleash = async (kind: FaultKind, random: Random): Promise<void> => {
    const lasting = wait(random.between(300, 2_000), stopped.signal);
    if ("lever" in kind) {
      const end = await kind.lever(sandbox, random);
      add(kind.name, 1);
      await lasting;
      return end();
    }
    const { id } = sandbox.faults.add({ ...kind.rule(random), id: `chaos-${++count}` });
    await lasting;
    add(kind.name, sandbox.faults.list().find((standing) => standing.id === id)?.struck ?? 0);
    sandbox.faults.remove(id);
  };
  const lane = async (random: Random, number: number): Promise<void> => {
    let deck: FaultKind[] = [];
    while (!stopped.signal.aborted) {
      if (deck.length === 0) deck = random.shuffled(faultKinds);
      const kind = deck.pop()!;
      current.set(number, kind.name);
      await unleash(kind, random);
      current.delete(number);
      await wait(random.between(0, 600), stopped.signal);
    }
  };
  const lanes = Promise.all(randoms.map(lane));

  return {
    struck,
    get current() {
      return [...current.values()];
    },
    stop: async () => {
      stopped.abort();
      await lanes;
      sandbox.faults.clear();
      sandbox.outage.end();
    },
  };
}

/** Resolves after so many milliseconds, or as soon as the signal aborts. */
async function wait(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await pause(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
