import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { sweepBatchFolder, sweepLeftovers } from "../../src/upkeep/leftovers.ts";
import { openRig } from "./rig.ts";

const at = (seconds: number) => new Date(Date.UTC(2026, 1, 1) + seconds * 1_000);

it("sweeps the folders of batches that nobody has touched since, and nothing else", async () => {
  await using rig = await openRig();
  const folder = rig.engine.batchFolder;
  expect(await sweepBatchFolder(folder, { olderThan: 0 })).toBe(0);
  for (const [name, seconds] of [
    ["batch-old", 0],
    ["batch-new", 100],
    ["other", 0],
  ] as const) {
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, "part-1"), "encrypted");
    await utimes(join(folder, name), at(seconds), at(seconds));
  }
  await writeFile(join(folder, "batch-file"), "");
  expect(await sweepBatchFolder(folder, { olderThan: at(50).getTime() })).toBe(1);
  expect(await readdir(folder)).toEqual(["batch-file", "batch-new", "other"]);
});

it.each([
  ["at the start of a process that works alone: all but the last second", true, true, [2, 0.5], [0.5]],
  ["at the start beside others: after a day", false, true, [90_000, 80_000], [80_000]],
  ["later: after a day", true, false, [90_000, 80_000], [80_000]],
])("sweeps %s", async (_, alone, isStart, ages, left) => {
  await using rig = await openRig();
  const { batchFolder, clock } = rig.engine;
  for (const age of ages) {
    const touched = new Date(clock.now() - age * 1_000);
    await mkdir(join(batchFolder, `batch-${age}`), { recursive: true });
    await utimes(join(batchFolder, `batch-${age}`), touched, touched);
  }
  await sweepLeftovers({ batchFolder, clock, alone }, { isStart });
  expect(await readdir(batchFolder)).toEqual(left.map((age) => `batch-${age}`));
});
