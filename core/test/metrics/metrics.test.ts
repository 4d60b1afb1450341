import { expect, it } from "vitest";
import { environmentName, environmentNames } from "../../src/metrics/environment-name.ts";
import { engineMetrics } from "../../src/metrics/metrics.ts";
import { VirtualClock } from "../../testing/virtual-clock.ts";
import { nip } from "./rig.ts";

const whose = { tenant: "acme", environment: "test" };

it("does nothing, and fails at nothing, without an SDK", () => {
  const told = engineMetrics();
  let asked = 0;
  const stop = told.observe(() => {
    asked += 1;
    return Promise.reject(new Error("nobody asks"));
  });
  told.stage({ ...whose, to: "received", ms: 0 });
  told.stage({ ...whose, from: "accepted", to: "reported", ms: 1, wholeMs: 2 });
  told.call({ environment: "test", group: "invoiceSend", outcome: "ok", ms: 1 });
  told.batch({ ...whose, invoices: 1, bytes: 1, ms: 1 });
  told.failure({ ...whose, code: "ksef.timeout" });
  stop();
  expect(asked).toBe(0);
});

it.each([
  ["production", "production"],
  ["https://user:secret@ksef.example/v2?key=secret", "https://ksef.example"],
  ["http://127.0.0.1:8180/v2", "http://127.0.0.1:8180"],
])("shows of the environment %s nothing but %s", (environment, name) => {
  expect(environmentName(environment)).toBe(name);
});

it("reads the environment of a tenant once a minute, and never fails", async () => {
  const clock = new VirtualClock();
  let environment: string | undefined = "demo";
  let reads = 0;
  const get = () => {
    reads += 1;
    if (environment === undefined) return Promise.reject(new Error("disk on fire"));
    return Promise.resolve({ id: "acme", nip, environment, strict: [], createdAt: 0 });
  };
  const nameOf = environmentNames({ get }, clock);
  expect([await nameOf("acme"), await nameOf("acme"), reads]).toEqual(["demo", "demo", 1]);
  environment = "production";
  await clock.advance(60_000);
  expect(await nameOf("acme")).toBe("production");
  environment = undefined;
  await clock.advance(60_000);
  expect([await nameOf("acme"), await nameOf("other")]).toEqual(["production", "unknown"]);
});
