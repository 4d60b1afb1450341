import { expect, it } from "vitest";
import { HubError } from "../../src/error.ts";
import type { Chore } from "../../src/upkeep/chore.ts";
import { upkeep } from "../../src/upkeep/upkeep.ts";
import { seeded } from "../ksef/outage/random.ts";
import { hour, minute, openRig, token, type Rig } from "./rig.ts";

/** A chore of every hour that notes when it runs. */
function noted(rig: Rig, run: (nth: number) => Promise<void> = async () => {}) {
  const runs: { tenant: string; at: number }[] = [];
  const start = rig.clock.now();
  const chore: Chore = {
    name: "noted",
    everyMs: hour,
    deadlineMs: 5 * minute,
    pauseMs: minute,
    run: async (_engine, { id }) => {
      runs.push({ tenant: id, at: rig.clock.now() - start });
      await run(runs.length);
    },
  };
  return { runs, chore, minutes: () => runs.map(({ at }) => Math.round(at / minute)) };
}

it("does a chore at once, then once in a period, and a restart repeats nothing", async () => {
  await using rig = await openRig();
  await rig.add("acme", token);
  const { chore, minutes } = noted(rig);
  const stop = rig.upkeep([chore]);
  await rig.clock.advance(90 * minute);
  expect(minutes()).toEqual([0, 60]);
  await stop();
  rig.upkeep([chore]);
  await rig.clock.advance(95 * minute);
  expect(minutes()).toEqual([0, 60, 120, 180]);
  expect(rig.log).toEqual([]);
});

it("does a chore once when two workers keep one ledger", async () => {
  await using rig = await openRig();
  for (const id of ["acme", "beta"]) await rig.add(id, token);
  const { runs, chore } = noted(rig, () => rig.clock.sleep(2 * minute));
  rig.upkeep([chore]);
  rig.upkeep([chore]);
  await rig.clock.advance(2.5 * hour);
  const of = (id: string) => runs.filter(({ tenant }) => tenant === id).length;
  expect([of("acme"), of("beta")]).toEqual([3, 3]);
});

it("takes a chore over from a worker that died with it, after its deadline", async () => {
  await using rig = await openRig();
  await rig.add("acme", token);
  const { chore, minutes } = noted(rig);
  const { table } = rig.engine;
  const put = table.put.bind(table);
  const dying = {
    ...chore,
    run: async () => {
      table.put = () => Promise.reject(new HubError("storage.unavailable", "The disk is gone."));
    },
  };
  const end = rig.upkeep([dying]);
  await rig.clock.advance(minute / 2);
  await end();
  expect(rig.log).toMatchObject([{ level: "error", code: "storage.unavailable" }]);
  table.put = put;
  rig.upkeep([chore]);
  await rig.clock.advance(10 * minute);
  // Five minutes of its own and one of grace.
  expect(minutes()).toEqual([6]);
});

it("tells a failure once for each code, pauses longer after each, and goes on with the others", async () => {
  await using rig = await openRig();
  for (const id of ["acme", "beta"]) await rig.add(id, token);
  const { runs, chore } = noted(rig);
  const failing: Chore = {
    ...chore,
    run: async (engine, tenant, signal) => {
      await chore.run(engine, tenant, signal);
      if (tenant.id === "beta") return;
      const { length } = runs.filter((each) => each.tenant === "acme");
      if (length <= 3) throw new HubError("ksef.protocol", "nonsense");
      if (length === 4) throw new TypeError("a defect");
    },
  };
  const stop = rig.upkeep([failing]);
  await rig.clock.advance(10 * minute);
  await stop();
  rig.upkeep([failing]);
  await rig.clock.advance(80 * minute);
  const of = (id: string) =>
    runs.filter(({ tenant }) => tenant === id).map(({ at }) => Math.round(at / minute));
  // One, two, four and eight minutes of pause, then an hour again.
  expect(of("acme")).toEqual([0, 1, 3, 7, 15, 75]);
  expect(of("beta")).toEqual([0, 60]);
  expect(rig.log.map(({ code, tenant, message }) => [code, tenant, message])).toEqual([
    ["ksef.protocol", "acme", "Upkeep (noted): nonsense"],
    ["hub.internal", "acme", "Upkeep (noted): a defect"],
  ]);
});

it("says nothing of an outage until it has lasted a day, and waits as long as KSeF asks", async () => {
  await using rig = await openRig();
  await rig.add("acme", token);
  const down = new HubError("ksef.unavailable", "503", { retryAfterMs: 30 * minute });
  const { chore, minutes } = noted(rig, () => Promise.reject(down));
  rig.upkeep([chore]);
  await rig.clock.advance(95 * minute);
  expect(minutes()).toEqual([0, 30, 60, 90]);
  await rig.clock.advance(22 * hour);
  expect(rig.log).toEqual([]);
  await rig.clock.advance(2 * hour);
  expect(rig.log).toMatchObject([{ level: "warn", code: "ksef.unavailable", tenant: "acme" }]);
});

it("breaks a chore off at its deadline, whether it listens or not", async () => {
  await using rig = await openRig();
  await rig.add("acme", token);
  const signals: AbortSignal[] = [];
  const { chore } = noted(rig);
  const hanging: Chore = {
    ...chore,
    run: (_engine, _tenant, signal) => {
      signals.push(signal);
      return new Promise(() => {});
    },
  };
  const stop = rig.upkeep([hanging]);
  await rig.clock.advance(7 * minute);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  const stopped = stop();
  expect(signals[1]?.aborted).toBe(true);
  await rig.clock.advance(10_000);
  await stopped;
});

it("spreads 400 new companies over minutes, and sees another one within a minute", async () => {
  await using rig = await openRig();
  for (let index = 0; index < 400; index++) await rig.add(`c-${index}`, token);
  const { runs, chore } = noted(rig);
  const order = new AbortController();
  const random = seeded(7);
  const running = upkeep(rig.engine, { signal: order.signal, chores: [chore], random });
  await rig.clock.advance(8 * minute);
  expect(new Set(runs.map(({ tenant }) => tenant)).size).toBe(400);
  const perMinute = Array.from(
    { length: 7 },
    (_, index) => runs.filter(({ at }) => Math.floor(at / minute) === index).length,
  );
  expect(Math.max(...perMinute)).toBeLessThan(100);
  await rig.add("late", token);
  await rig.clock.advance(minute + 1_000);
  expect(runs.filter(({ tenant }) => tenant === "late").length).toBe(1);
  order.abort();
  await running;
});
