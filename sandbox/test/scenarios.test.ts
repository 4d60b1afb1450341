import { afterAll, describe, expect, it } from "vitest";
import { readScenario, scenarioNames } from "../src/admin/scenario.ts";
import { openJourneys } from "./journey.ts";

const { sandbox, travel } = await openJourneys();
const untouched = { online: await travel("online"), batch: await travel("batch") };
afterAll(() => sandbox.close());

it("without a scenario everything succeeds", () => {
  const rest = { session: 200, upo: "ok", download: "ok", accepted: 1, posts: 1, beacon: "AVAILABLE" };
  expect(untouched.online).toMatchObject({ login: "ok", send: "ok", invoice: 200, refresh: "ok", ...rest });
  expect(untouched.batch).toMatchObject({ upload: "ok", close: "ok", invoice: 200, ...rest });
});

describe("a scenario has the effect it states", () => {
  it.each(scenarioNames())("%s", async (name) => {
    const { journey: kind, expect: effect } = readScenario(name);
    if (effect === undefined) throw new Error("it states none");
    const before = untouched[kind];
    // A scenario that does nothing must not pass.
    expect(Object.keys(effect).some((step) => before[step] !== effect[step])).toBe(true);
    expect(await travel(kind, () => void sandbox.scenario(name))).toMatchObject(effect);
  });
});

it("after a reset nothing of any scenario is left", async () => {
  expect(await travel("online")).toEqual(untouched.online);
});
