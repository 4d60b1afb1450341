import * as z from "zod";
import { HubError } from "../../error.ts";
import type { Key, Table } from "../../ports.ts";
import { emptyWindow, type RateWindow } from "./window.ts";

/**
 * Request windows on the ledger, changed by compare and swap. What this process asks for while a change of a window is
 * under way goes together in the next one: its callers never contend with each other, and a hundred cost two writes.
 */
export function sharedWindows(table: Table) {
  const next = new Map<string, Round>();
  const last = new Map<string, Promise<void>>();

  const write = async (key: Key, changes: readonly Change[]): Promise<void> => {
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      const item = await table.get(key);
      const window = windowOf(item?.value);
      const changed = changes.reduce((before, change) => change(before), window);
      if (changed === window) return;
      const value = { requests: changed.requests, blockedUntil: changed.blockedUntil };
      // Nothing in it counts any more by then.
      const expiresAt = Math.max(changed.requests.at(-1) ?? 0, changed.blockedUntil) + keptMs;
      if (await table.put({ ...key, value, expiresAt }, item?.version ?? 0)) return;
    }
    throw new HubError("storage.unavailable", `The request budget ${key.pk} ${key.sk} is contended.`);
  };

  const roundOf = (key: Key): Round => {
    const name = nameOf(key);
    const gathering = next.get(name);
    if (gathering !== undefined) return gathering;
    const changes: Change[] = [];
    const written = (last.get(name) ?? Promise.resolve()).then(() => {
      next.delete(name);
      return write(key, changes);
    });
    const ended: Promise<void> = written
      .catch(() => undefined)
      .then(() => {
        if (last.get(name) === ended) last.delete(name);
      });
    const round = { changes, written };
    next.set(name, round);
    last.set(name, ended);
    return round;
  };

  return {
    read: async (key: Key): Promise<RateWindow> => windowOf((await table.get(key))?.value),
    /** `by` says what comes of the window and what it is then: the same one when nothing is to be written. */
    async change<T>(key: Key, by: (window: RateWindow) => [T, RateWindow]): Promise<T> {
      const results: T[] = [];
      const { changes, written } = roundOf(key);
      changes.push((window) => {
        const [result, changed] = by(window);
        results.push(result);
        return changed;
      });
      await written;
      // Of several attempts the last one was written.
      return results.at(-1) as T;
    },
  };
}

type Change = (window: RateWindow) => RateWindow;

interface Round {
  changes: Change[];
  written: Promise<void>;
}

const stored = z.object({ requests: z.array(z.number()), blockedUntil: z.number() });

export const windowOf = (value: unknown): RateWindow =>
  value === undefined ? emptyWindow : stored.parse(value);

export const nameOf = ({ pk, sk }: Key): string => `${pk} ${sk}`;

const mostAttempts = 50;
const keptMs = 2 * 3_600_000;
