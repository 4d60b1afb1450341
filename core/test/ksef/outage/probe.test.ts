import { expect, it } from "vitest";
import { createSandbox } from "../../../../sandbox/src/index.ts";
import type { Fetch } from "../../../src/ksef/http.ts";
import { probe } from "../../../src/ksef/outage/probe.ts";
import { silent } from "./silent.ts";

const look = (fetch: Fetch, deadlineMs = 1_000) => probe({ baseUrl: "http://sandbox/v2", fetch, deadlineMs });

async function sandboxed() {
  const sandbox = await createSandbox();
  const sight = () => look(async (url, init) => sandbox.app.request(url, init));
  return { sandbox, sight };
}

it("sees whether KSeF answers, whatever the beacon says", async () => {
  const { sandbox, sight } = await sandboxed();
  sandbox.beacon.announce({ category: "TOTAL_FAILURE" });
  expect(await sight()).toEqual({ state: "up" });
  sandbox.beacon.allClear();
  sandbox.outage.begin({ beacon: "silent" });
  expect(await sight()).toMatchObject({ state: "down", reason: { code: "ksef.unavailable" } });
  sandbox.outage.end();
  expect(await sight()).toEqual({ state: "up" });
});

it("takes a refusal and 429 for an answer", async () => {
  const { sandbox, sight } = await sandboxed();
  for (const fault of ["429-120", "json-400", "json-403"]) {
    sandbox.faults.add({ fault, times: 1 });
    expect([fault, await sight()]).toEqual([fault, { state: "up" }]);
  }
});

it("does not wait beyond the deadline", async () => {
  expect(await look(silent, 20)).toMatchObject({ state: "down", reason: { code: "ksef.timeout" } });
});
