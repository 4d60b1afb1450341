import { describe, expect, it, onTestFinished } from "vitest";
import { createSandbox } from "../../../../sandbox/src/index.ts";
import type { LogEntry } from "../../../src/engine.ts";
import { HubError } from "../../../src/error.ts";
import type { Fetch } from "../../../src/ksef/http.ts";
import { createBreaker } from "../../../src/ksef/outage/breaker.ts";
import { outagesOn } from "../../../src/ksef/outage/outages.ts";
import { watchKsef } from "../../../src/ksef/outage/watch.ts";
import type { Table } from "../../../src/ports.ts";
import { VirtualClock } from "../../../testing/virtual-clock.ts";
import { openEmbedded } from "../../adapters/folder.ts";
import { seeded } from "./random.ts";
import { silent } from "./silent.ts";

const environment = "http://sandbox/v2";
const minute = 60_000;

/** A hub's watch over a sandbox; what it asked, and what it said. */
async function setUp() {
  const clock = new VirtualClock();
  const sandbox = await createSandbox({ clock });
  const { table } = await openEmbedded();
  const breaker = createBreaker({ clock, random: seeded(7) });
  const asked: { path: string; at: number }[] = [];
  const log: LogEntry[] = [];
  const inProcess: Fetch = async (url, init) => {
    asked.push({ path: new URL(url).pathname, at: clock.now() });
    return sandbox.app.request(url, init);
  };
  const begin = ({ fetch = inProcess, ledger = table }: { fetch?: Fetch; ledger?: Table } = {}) => {
    const stop = new AbortController();
    const ended = watchKsef({
      clock,
      fetch,
      deadlineMs: 60_000,
      environment,
      breaker,
      outages: outagesOn(ledger),
      log: (entry) => log.push(entry),
      signal: stop.signal,
    });
    const end = async () => {
      stop.abort();
      await ended;
    };
    onTestFinished(end);
    return end;
  };
  const count = (path: string) => asked.filter((request) => request.path === path).length;
  return {
    clock,
    sandbox,
    table,
    breaker,
    asked,
    log,
    begin,
    outages: outagesOn(table),
    beaconCalls: () => count("/latarnia/status"),
    probes: () => count("/v2/security/public-key-certificates"),
    codes: () => log.map(({ level, code }) => `${level} ${code}`),
    /** Five calls of others end with this. */
    fail: () => {
      for (let made = 0; made < 5; made++) breaker.record(new HubError("ksef.unavailable", "HTTP 503"));
    },
  };
}

describe("the watch over KSeF", () => {
  it("asks the beacon every five minutes, and is silent while all is well", async () => {
    const rig = await setUp();
    const end = rig.begin();
    await rig.clock.advance(60 * minute);
    expect([rig.beaconCalls(), rig.probes(), rig.log]).toEqual([13, 0, []]);
    expect(await rig.outages.beacon(environment)).toMatchObject({
      status: "AVAILABLE",
      askedAt: rig.clock.now(),
    });
    await end();
    await rig.clock.advance(60 * minute);
    expect(rig.beaconCalls()).toBe(13);
  });

  it("tells of a failure once, asks every minute until it is over, and probes nothing", async () => {
    const rig = await setUp();
    rig.begin();
    await rig.clock.advance(0);
    rig.sandbox.beacon.announce({ category: "FAILURE", title: "Wystąpiła awaria" });
    await rig.clock.advance(5 * minute);
    expect(rig.beaconCalls()).toBe(2);
    await rig.clock.advance(10 * minute);
    expect([rig.beaconCalls(), rig.probes()]).toEqual([12, 0]);
    expect(rig.codes()).toEqual(["warn outage.announced"]);
    expect(rig.log[0]?.message).toContain("Wystąpiła awaria");
    rig.sandbox.beacon.allClear();
    await rig.clock.advance(minute);
    expect(rig.codes()).toEqual(["warn outage.announced", "warn outage.ended"]);
    const before = rig.beaconCalls();
    await rig.clock.advance(60 * minute);
    expect([rig.beaconCalls() - before, rig.log.length]).toEqual([12, 2]);
  });

  it("tells of maintenance once, days before, and asks every minute only from an hour before", async () => {
    const rig = await setUp();
    const start = rig.clock.now() + 24 * 60 * minute;
    rig.sandbox.beacon.announce({ category: "MAINTENANCE", start, end: start + 120 * minute });
    rig.begin();
    await rig.clock.advance(22 * 60 * minute);
    expect([rig.beaconCalls(), rig.codes()]).toEqual([22 * 12 + 1, ["warn outage.announced"]]);
    const before = rig.beaconCalls();
    await rig.clock.advance(90 * minute);
    expect(rig.beaconCalls() - before).toBe(12 + 30);
    await rig.clock.advance(24 * 60 * minute);
    expect(rig.codes()).toEqual(["warn outage.announced", "warn outage.ended"]);
  });

  it("makes the trials while the breaker is open, until KSeF is back", async () => {
    const rig = await setUp();
    rig.begin();
    await rig.clock.advance(2 * minute);
    rig.sandbox.outage.begin({ beacon: "silent" });
    rig.fail();
    const opened = rig.clock.now();
    await rig.clock.advance(0);
    // It was asked two minutes before; that is too long ago now.
    expect([rig.beaconCalls(), rig.probes()]).toEqual([2, 0]);
    await rig.clock.advance(30 * minute);
    expect(rig.breaker.state).not.toBe("closed");
    const probes = rig.asked.filter(({ path }) => path.startsWith("/v2/")).map(({ at }) => at);
    const pauses = probes.map((at, index) => at - (probes[index - 1] ?? opened));
    expect(pauses.length).toBeGreaterThan(30);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(minute);
    expect(rig.beaconCalls()).toBe(32);
    expect(rig.codes()).toEqual(["warn ksef.paused"]);
    expect(rig.log[0]?.message).toContain("HTTP 503");

    rig.sandbox.outage.end();
    await rig.clock.advance(minute);
    expect(rig.breaker.state).toBe("closed");
    expect(rig.codes()).toEqual(["warn ksef.paused", "warn ksef.resumed"]);
    const after = rig.probes();
    await rig.clock.advance(30 * minute);
    expect([rig.probes(), rig.log.length]).toEqual([after, 2]);
  });

  it("leaves the trial to a call that was sooner", async () => {
    const rig = await setUp();
    rig.fail();
    await rig.clock.advance(2_000);
    rig.breaker.admit();
    rig.begin();
    await rig.clock.advance(30_000);
    expect([rig.probes(), rig.breaker.state]).toEqual([0, "half-open"]);
    rig.breaker.record(undefined);
    await rig.clock.advance(minute);
    expect([rig.probes(), rig.breaker.state]).toEqual([0, "closed"]);
    expect(rig.codes()).toEqual(["warn ksef.paused", "warn ksef.resumed"]);
  });

  it("keeps what was announced while the beacon is down, and does not take that for an outage", async () => {
    const rig = await setUp();
    rig.sandbox.beacon.announce({ category: "FAILURE" });
    const end = rig.begin();
    await rig.clock.advance(5 * minute);
    rig.sandbox.scenario("beacon-down");
    await rig.clock.advance(60 * minute);
    await end();
    rig.begin();
    await rig.clock.advance(60 * minute);
    expect(await rig.outages.list(environment)).toMatchObject([{ kind: "failure", eventId: 1001 }]);
    expect(await rig.outages.beacon(environment)).toMatchObject({ status: "unknown" });
    expect([rig.codes(), rig.breaker.state, rig.probes()]).toEqual([["warn outage.announced"], "closed", 0]);
  });

  it("goes on when the ledger fails, and says so once", async () => {
    const rig = await setUp();
    let isBroken = true;
    const ledger: Table = {
      ...rig.table,
      get: (key) => rig.table.get(key),
      put: (item, expected) =>
        isBroken
          ? Promise.reject(new HubError("storage.unavailable", "The disk is full."))
          : rig.table.put(item, expected),
    };
    rig.sandbox.beacon.announce({ category: "FAILURE" });
    rig.begin({ ledger });
    await rig.clock.advance(30 * minute);
    expect(rig.codes()).toEqual(["error storage.unavailable"]);
    isBroken = false;
    await rig.clock.advance(5 * minute);
    expect(rig.codes()).toEqual(["error storage.unavailable", "warn outage.announced"]);
  });

  it("ends in the middle of a call, whose outcome then is none", async () => {
    const rig = await setUp();
    rig.fail();
    await rig.clock.advance(2_000);
    const end = rig.begin({ fetch: silent });
    await rig.clock.advance(0);
    const { retryAt } = rig.breaker;
    await end();
    expect([rig.breaker.state, rig.breaker.retryAt]).toEqual(["half-open", retryAt]);
    expect(await rig.outages.beacon(environment)).toMatchObject({ askedAt: 0 });
  });
});
