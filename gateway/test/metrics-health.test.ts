import { HubError, Secret } from "@ksef-hub/core";
import { sampleInvoice, sampleInvoiceXml, VirtualClock } from "@ksef-hub/core/testing";
import { describe, expect, it } from "vitest";
import { gateway } from "../src/app.ts";
import { readiness } from "../src/readiness.ts";
import { Rig } from "./rig.ts";

/** As a gateway that has read nothing yet tells it. */
async function healthOf(rig: Rig) {
  const headers = { authorization: `Bearer ${rig.key}` };
  const response = await gateway(rig.engine).request("/v1/health", { headers });
  expect(response.status).toBe(200);
  return response.json();
}

const environmentOf = async (rig: Rig) => (await rig.engine.tenants.get("acme"))?.environment ?? "";

describe("GET /v1/health", () => {
  it("says of a company for which all is well how KSeF, login, limits and invoices are", async () => {
    await using rig = await Rig.start();
    const { id } = await rig.deliver(sampleInvoiceXml({ number: "FV/CONFIDENTIAL/1" }), "key-of-the-order");
    const health = await healthOf(rig);
    expect(health).toMatchObject({
      status: "ok",
      tenant: "acme",
      environment: new URL(await environmentOf(rig)).origin,
      ksef: { breaker: "closed", outages: [] },
      login: { state: "works", at: expect.stringMatching(/Z$/) },
      certificates: [{ what: "Authentication", severity: expect.any(String) }],
      // One of 180 in an hour.
      limits: { invoiceSend: 1 - 1 / 180, batchSession: 1 },
      invoices: { counts: { ready: 0, held: 0 }, unfinished: 0, capped: false },
      offline: { overdue: 0 },
    });
    const { ksefNumber } = await rig.view(id);
    for (const secret of ["CONFIDENTIAL", rig.nip, rig.key, id, ksefNumber ?? "none", "key-of-the-order"])
      expect(JSON.stringify(health)).not.toContain(secret);
  });

  it("says that invoices wait while KSeF is down, and what the Ministry has announced", async () => {
    await using rig = await Rig.start({ worker: false });
    const now = rig.engine.clock.now();
    await rig.post(sampleInvoice(), "order-1");
    const environment = await environmentOf(rig);
    for (let failed = 0; failed < 5; failed++)
      rig.engine.breaker(environment).record(new HubError("ksef.unreachable", "no answer"));
    const [ended, planned] = [now - 60_000, now + 3_600_000];
    await rig.engine.outages.remember(
      environment,
      {
        status: "FAILURE",
        outages: [
          { eventId: 1, kind: "failure", title: "", startedAt: now - 120_000, endedAt: ended },
          { eventId: 2, kind: "failure", title: "", startedAt: now - 1_000 },
          { eventId: 3, kind: "unavailability", title: "", startedAt: planned, endedAt: planned + 1 },
        ],
      },
      now,
    );
    expect(await healthOf(rig)).toMatchObject({
      status: "waiting",
      // Open, or about to try again after a pause of chance.
      ksef: {
        breaker: expect.stringMatching(/^(open|half-open)$/),
        outages: [
          { kind: "failure", startedAt: new Date(now - 1_000).toISOString(), goesOn: true },
          { kind: "unavailability", endedAt: new Date(planned + 1).toISOString(), goesOn: false },
        ],
      },
      login: { state: "unknown" },
      invoices: { counts: { ready: 1 }, unfinished: 1, oldestSeconds: 0 },
    });
  });

  it("asks for attention when KSeF refuses the login", async () => {
    await using rig = await Rig.start();
    const tenant = await rig.engine.tenants.get("acme");
    await rig.engine.tenants.save(tenant!, { kind: "token", token: new Secret("no such token") });
    expect(await rig.deliver(sampleInvoice(), "order-1")).toMatchObject({ state: "held" });
    expect(await healthOf(rig)).toMatchObject({
      status: "attention",
      login: { state: "fails", code: "ksef.login-refused" },
      invoices: { counts: { held: 1 }, unfinished: 0 },
    });
  });

  it("is read once in ten seconds, however often it is asked for", async () => {
    await using rig = await Rig.start({ worker: false });
    let read = 0;
    const headRoom = rig.engine.budget.headRoom.bind(rig.engine.budget);
    rig.engine.budget.headRoom = (tenant, now) => {
      read += 1;
      return headRoom(tenant, now);
    };
    for (let asked = 0; asked < 20; asked++) expect((await rig.request("/v1/health")).status).toBe(200);
    expect(read).toBe(1);
  });

  it("is inside the tenant", async () => {
    await using rig = await Rig.start({ worker: false });
    expect((await rig.app.request("/v1/health")).status).toBe(401);
  });
});

describe("readiness", () => {
  it("writes to the ledger every ten seconds, and notices when it cannot", async () => {
    await using rig = await Rig.start({ worker: false });
    let now = rig.engine.clock.now();
    const ports = { ...rig.engine, clock: { ...rig.engine.clock, now: () => now } };
    const put = ports.table.put.bind(ports.table);
    let puts = 0;
    ports.table = {
      ...ports.table,
      put: (item, expected) => {
        puts += 1;
        return put(item, expected);
      },
    };
    for (let asked = 0; asked < 5; asked++) expect(await readiness(ports)).toMatchObject({ status: "ready" });
    expect(puts).toBe(1);
    now += 10_000;
    await readiness(ports);
    expect(puts).toBe(2);
    ports.table.put = () => Promise.reject(new HubError("storage.unavailable", "The disk is full."));
    now += 10_000;
    expect(await readiness(ports)).toEqual({
      status: "unavailable",
      checks: { table: "storage.unavailable", archive: "ok", queue: "ok", secrets: "ok" },
    });
  });

  it("does not wait for a dependency that does not answer", async () => {
    await using rig = await Rig.start({ worker: false });
    const clock = new VirtualClock(rig.engine.clock.now());
    const hangs = { ...rig.engine.archive, get: () => new Promise<undefined>(() => undefined) };
    const report = readiness({ ...rig.engine, archive: hangs, clock });
    await clock.advance(5_000);
    expect(await report).toMatchObject({ status: "unavailable", checks: { archive: "storage.unavailable" } });
  });
});
