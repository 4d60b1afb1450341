import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Engine } from "../engine.ts";
import { onDisk } from "../ksef/batch/on-disk.ts";

/**
 * Removes what killed processes have left in the folder for batches: encrypted parts whose key is gone. At the start of
 * a process that works alone everything there is such; otherwise what nobody has touched for a day.
 */
export function sweepLeftovers(
  { batchFolder, clock, alone }: Pick<Engine, "batchFolder" | "clock" | "alone">,
  { isStart }: { isStart: boolean },
): Promise<number> {
  const olderThan = clock.now() - (alone && isStart ? tickMs : dayMs);
  return sweepBatchFolder(batchFolder, { olderThan });
}

/** The time of a file may lag behind the clock; who starts sooner than this after the end of another sweeps it later. */
const tickMs = 1_000;
/** No upload takes as long. */
const dayMs = 24 * 3_600_000;

/**
 * Removes the folders `batch-*` last changed before `olderThan` (milliseconds since 1970) and says how many. Throws
 * `storage.unavailable`.
 */
export async function sweepBatchFolder(
  folder: string,
  { olderThan }: { olderThan: number },
): Promise<number> {
  let swept = 0;
  for (const name of await onDisk(unlessMissing(readdir(folder), []))) {
    if (!name.startsWith("batch-")) continue;
    const path = join(folder, name);
    const found = await onDisk(unlessMissing(stat(path), undefined));
    if (found === undefined || !found.isDirectory() || found.mtimeMs >= olderThan) continue;
    await onDisk(rm(path, { recursive: true, force: true }));
    swept += 1;
  }
  return swept;
}

async function unlessMissing<T>(reading: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return otherwise;
    throw error;
  }
}
