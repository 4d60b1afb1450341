import { beforeEach, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../src/index.ts";
import { virtualClock, type VirtualClock } from "./virtual-clock.ts";

let clock: VirtualClock;
let sandbox: Sandbox;

beforeEach(async () => {
  clock = virtualClock(Date.parse("2026-01-31T10:13:00.500Z"));
  sandbox = await createSandbox({ clock });
});

async function ask(path: string): Promise<unknown> {
  const response = await sandbox.app.request(path);
  expect(response.headers.get("content-type")).toContain("application/json");
  return response.json();
}

describe("Latarnia", () => {
  it("says AVAILABLE and has no messages while all is well", async () => {
    expect(await ask("/latarnia/status")).toEqual({ status: "AVAILABLE" });
    expect(await ask("/latarnia/messages")).toEqual([]);
  });

  it("answers at the root of the host as well, where the official client asks", async () => {
    expect(await ask("/status")).toEqual({ status: "AVAILABLE" });
    expect(await ask("/messages")).toEqual([]);
  });

  it("tells of a failure, one that becomes total, and its end, in the published form", async () => {
    sandbox.beacon.announce({ category: "FAILURE", text: "Od godziny 12:13 31 stycznia trwa awaria..." });
    // The members of ksef-latarnia issue 34, which quotes the test environment.
    const first = {
      id: "K/2026/AWR/01",
      eventId: 1001,
      category: "FAILURE",
      type: "FAILURE_START",
      title: "Wystąpiła awaria",
      text: "Od godziny 12:13 31 stycznia trwa awaria...",
      start: "2026-01-31T10:13:00+00:00",
      end: null,
      version: 1,
      published: "2026-01-31T10:13:00+00:00",
    };
    expect(await ask("/latarnia/status")).toEqual({ status: "FAILURE", messages: [first] });

    clock.pass(3_600_000);
    sandbox.beacon.announce({ category: "TOTAL_FAILURE" });
    expect(await ask("/latarnia/status")).toMatchObject({
      status: "TOTAL_FAILURE",
      messages: [{ id: "K/2026/AWR/02", category: "TOTAL_FAILURE" }, { id: "K/2026/AWR/01" }],
    });

    clock.pass(3_600_000);
    sandbox.beacon.allClear();
    expect(await ask("/latarnia/status")).toEqual({ status: "AVAILABLE" });
    const ended = { type: "FAILURE_END", end: "2026-01-31T12:13:00+00:00" };
    expect(await ask("/latarnia/messages")).toMatchObject([
      { eventId: 1001, start: first.start, ...ended },
      { eventId: 1002, start: "2026-01-31T11:13:00+00:00", ...ended },
      { eventId: 1002, type: "FAILURE_START" },
      first,
    ]);
  });

  it("announces maintenance beforehand; it begins and ends by itself", async () => {
    sandbox.beacon.announce({
      category: "MAINTENANCE",
      start: "2026-02-01T22:00:00+01:00",
      end: "2026-02-02T02:00:00+01:00",
    });
    const status = async () => ((await ask("/latarnia/status")) as { status: string }).status;
    expect(await ask("/latarnia/messages")).toMatchObject([
      { category: "MAINTENANCE", type: "MAINTENANCE_ANNOUNCEMENT", end: "2026-02-02T01:00:00+00:00" },
    ]);
    expect(await status()).toBe("AVAILABLE");
    sandbox.clock.set(Date.parse("2026-02-01T21:00:00Z"));
    expect(await status()).toBe("MAINTENANCE");
    sandbox.clock.set(Date.parse("2026-02-02T01:00:00Z"));
    expect(await status()).toBe("AVAILABLE");
  });

  it("is another system: what strikes every call to KSeF does not strike it, unless it is named", async () => {
    sandbox.faults.add("html-502");
    expect((await sandbox.app.request("/latarnia/status")).status).toBe(200);
    sandbox.faults.add({ on: { path: "/latarnia/**" }, fault: "html-504" });
    expect((await sandbox.app.request("/latarnia/status")).status).toBe(504);
    expect((await sandbox.app.request("/status")).status).toBe(504);
  });
});

it("an outage ends with the beacon saying so", async () => {
  const ksef = async () => (await sandbox.app.request("/v2/auth/challenge", { method: "POST" })).status;
  sandbox.outage.begin({ beacon: "FAILURE" });
  sandbox.faults.add("json-500");
  expect([await ksef(), sandbox.beacon.status().status]).toEqual([503, "FAILURE"]);
  sandbox.faults.clear();
  sandbox.outage.end();
  expect([await ksef(), sandbox.beacon.status().status]).toEqual([200, "AVAILABLE"]);
});
