import { HubError, realClock } from "@ksef-hub/core";
import { expect, it, onTestFinished } from "vitest";
import { gateway } from "../src/app.ts";
import { startConnections } from "../src/connectors/index.ts";
import { loadConnectors } from "../src/connectors/registry.ts";
import { Rig } from "./rig.ts";
import { toy } from "./toy-connector.ts";

const toyPackage = new URL("toy-connector.ts", import.meta.url).href;

async function open() {
  const rig = await Rig.start();
  const publicUrl = "https://hub.example";
  const connected = await startConnections(rig.engine, { connectors: [toyPackage], publicUrl, everyMs: 20 });
  const app = gateway(rig.engine, { connections: connected.routes });
  toy.invoices.clear();
  toy.told.length = 0;
  onTestFinished(async () => {
    await connected.stop();
    await rig[Symbol.asyncDispose]();
  });
  const call = async (method: string, path: string, body?: unknown) => {
    const headers = { authorization: `Bearer ${rig.key}`, "content-type": "application/json" };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await app.request(path, init);
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  };
  const connect = (change: object = {}) =>
    call("POST", "/v1/connections", {
      id: "shop",
      connector: "toy",
      config: { key: "event-key" },
      mapping: { taxCodes: { T23: "23" } },
      since: "2026-01-01",
      ...change,
    });
  const event = (ids: string[], key = "event-key", path = "/hooks/acme/shop") =>
    app.request(path, { method: "POST", headers: { "x-key": key }, body: JSON.stringify(ids) });
  return { rig, app, call, connect, event };
}

async function until<T>(look: () => Promise<T> | T, done: (seen: T) => boolean): Promise<T> {
  for (const giveUp = Date.now() + 20_000; ;) {
    const seen = await look();
    if (done(seen) || Date.now() > giveUp) return seen;
    await realClock.sleep(10);
  }
}

it("brings an approved invoice from its event to KSeF, and the number and a link to the receipt back", async () => {
  const { rig, app, call, connect, event } = await open();
  expect(await connect()).toMatchObject({
    status: 201,
    body: { id: "shop", state: "active", config: {}, webhookUrl: "https://hub.example/hooks/acme/shop" },
  });
  toy.invoices.set("1", { number: "FV/1", nip: rig.nip, net: "100.00" });
  // The same event ten times, as vendors do.
  const answers = await Promise.all(Array.from({ length: 10 }, async () => event(["1"])));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));

  await until(
    () => toy.told.length,
    (told) => told > 0,
  );
  const [{ outcome } = {}, ...more] = toy.told;
  expect(more).toEqual([]);
  const [accepted, ...others] = rig.sandbox.ledger.accepted();
  expect(others).toEqual([]);
  expect(outcome).toMatchObject({ state: "accepted", ksefNumber: accepted?.ksefNumber });
  if (outcome?.state !== "accepted") throw new Error("not accepted");

  const { pathname } = new URL(outcome.upoUrl);
  const receipt = await app.request(pathname);
  expect(Buffer.from(await receipt.arrayBuffer())).toEqual(Buffer.from(outcome.upo.bytes));
  expect((await app.request(`${pathname.slice(0, -1)}x`)).status).toBe(404);

  const { body } = await until(
    () => call("GET", "/v1/connections/shop/records"),
    (seen) => seen.body.records[0]?.state === "told",
  );
  expect(body.records).toMatchObject([{ ref: { type: "invoice", id: "1" }, state: "told", diverged: false }]);
});

it("shows what is missing, and goes on when the mapping has it", async () => {
  const { rig, call, connect, event } = await open();
  await connect({ mapping: {} });
  toy.invoices.set("1", { number: "FV/1", nip: rig.nip, net: "100.00" });
  await event(["1"]);
  const held = await until(
    () => call("GET", "/v1/connections/shop/records"),
    (seen) => seen.body.records[0]?.state === "held",
  );
  expect(held.body.records[0].faults).toMatchObject([{ code: "map.tax-code", path: "lines.0.rate" }]);
  const changed = await call("PATCH", "/v1/connections/shop", { mapping: { taxCodes: { T23: "23" } } });
  expect(changed).toMatchObject({ status: 200, body: { lookedAtAgain: 1 } });
  await until(
    () => toy.told.length,
    (told) => told > 0,
  );
  expect(toy.told).toMatchObject([{ id: "1", outcome: { state: "accepted" } }]);
});

it("goes on after the storage has failed", async () => {
  const { rig, connect, event } = await open();
  await connect();
  const { table } = rig.engine;
  const before = { ...table };
  let failures = 0;
  table.query = (query) => {
    if (query.pk !== "connections") return before.query(query);
    failures += 1;
    return Promise.reject(new HubError("storage.unavailable", "The disk is full."));
  };
  await until(
    () => failures,
    (count) => count > 2,
  );
  table.query = (query) => before.query(query);
  expect(rig.log.filter(({ message }) => message.includes("look at connections"))).toHaveLength(1);
  toy.invoices.set("1", { number: "FV/1", nip: rig.nip, net: "100.00" });
  await event(["1"]);
  await until(
    () => toy.told.length,
    (told) => told > 0,
  );
  expect(toy.told).toHaveLength(1);
});

it("keeps its credentials to itself, and its records to its company", async () => {
  const { call, connect, event } = await open();
  await connect();
  expect((await connect()).status).toBe(400);
  for (const path of ["/v1/connections", "/v1/connections/shop"])
    expect(JSON.stringify(await call("GET", path))).not.toContain("event-key");
  expect(await call("POST", "/v1/connections/shop/check")).toEqual({ status: 200, body: { status: "ok" } });
  expect((await event(["1"], "wrong")).status).toBe(401);
  expect((await event(["1"], "event-key", "/hooks/other/shop")).status).toBe(404);
  await call("PATCH", "/v1/connections/shop", { state: "paused" });
  expect((await event(["1"])).status).toBe(404);
  expect((await call("GET", "/v1/connections/shop/records")).body.records).toEqual([]);
  expect((await call("DELETE", "/v1/connections/shop")).status).toBe(204);
  expect((await call("GET", "/v1/connections/shop")).status).toBe(404);
});

it.each([
  [{ id: "Shop" }, "lower-case"],
  [{ connector: "nonsense" }, 'There is no connector "nonsense"'],
  [{ config: {} }, "key"],
  [{ mapping: { fields: { "buyer.nipp": "x" } } }, 'do you mean "buyer.nip"'],
])("is refused with what is wrong: %j", async (change, sentence) => {
  const { connect } = await open();
  const { status, body } = await connect(change);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(JSON.stringify(body)).toContain(sentence.replaceAll('"', '\\"'));
});

it.each([
  ["@ksef-hub/there-is-none", "cannot be loaded"],
  ["node:path", "is not a connector for this hub"],
])("does not start with a package that is no connector: %s", async (name, sentence) => {
  await expect(loadConnectors([name])).rejects.toMatchObject({
    code: "hub.config",
    message: expect.stringContaining(sentence),
  });
});

it("does not start with two packages for the same connector", async () => {
  await expect(loadConnectors([toyPackage, toyPackage])).rejects.toMatchObject({ code: "hub.config" });
});
