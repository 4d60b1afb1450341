import { describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../../../sandbox/src/index.ts";
import type { Fetch } from "../../../src/ksef/http.ts";
import { askLatarnia, latarniaAddress, type BeaconAnswer } from "../../../src/ksef/outage/latarnia.ts";
import { sendingDeadline } from "../../../src/offline/deadline.ts";
import { VirtualClock } from "../../../testing/virtual-clock.ts";
import { silent } from "./silent.ts";

const at = (text: string) => Date.parse(text);
const environment = "http://sandbox/v2";

const askBy = (fetch: Fetch, deadlineMs = 1_000) => askLatarnia({ environment, fetch, deadlineMs });

async function setUp() {
  const clock = new VirtualClock(at("2026-01-31T10:13:00Z"));
  const sandbox = await createSandbox({ clock });
  return { clock, sandbox, ask: () => askBy(reach(sandbox)) };
}

const reach =
  (sandbox: Sandbox): Fetch =>
  async (url, init) =>
    sandbox.app.request(url, init);

const reset: Fetch = () => Promise.reject(new TypeError("fetch failed"));

/** A beacon with these messages. */
const saying =
  (messages: unknown, status: unknown = { status: "AVAILABLE" }): Fetch =>
  (url) =>
    Promise.resolve(Response.json(url.endsWith("/status") ? status : messages));

/** The one that ksef-latarnia issue 34 quotes. */
const quoted = {
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
const failure = {
  eventId: 1001,
  kind: "failure",
  title: "Wystąpiła awaria",
  startedAt: at("2026-01-31T10:13:00Z"),
};

const outages = (answer: BeaconAnswer) => (answer.status === "unknown" ? undefined : answer.outages);

describe("Latarnia of the sandbox", () => {
  it("says that all is well", async () => {
    const { ask } = await setUp();
    expect(await ask()).toEqual({ status: "AVAILABLE", outages: [] });
  });

  it("announces a failure and its end", async () => {
    const { clock, sandbox, ask } = await setUp();
    sandbox.beacon.announce({ category: "FAILURE" });
    expect(await ask()).toEqual({ status: "FAILURE", outages: [failure] });
    await clock.advance(3_600_000);
    sandbox.beacon.allClear();
    const endedAt = at("2026-01-31T11:13:00Z");
    expect(await ask()).toEqual({ status: "AVAILABLE", outages: [{ ...failure, endedAt }] });
  });

  it("lets the deadline of an offline invoice be computed", async () => {
    const { clock, sandbox, ask } = await setUp();
    const issued = {
      mode: "offline24",
      issueDate: "2026-01-31",
      issuedAt: at("2026-01-31T09:00:00Z"),
    } as const;
    sandbox.beacon.announce({ category: "FAILURE" });
    expect(sendingDeadline(issued, outages(await ask())!)).toEqual({ state: "open" });
    await clock.advance(3_600_000);
    sandbox.beacon.allClear();
    // Seven working days after Saturday, 31 January.
    expect(sendingDeadline(issued, outages(await ask())!)).toMatchObject({ date: "2026-02-10" });
    sandbox.beacon.announce({ category: "TOTAL_FAILURE" });
    expect(sendingDeadline(issued, outages(await ask())!)).toEqual({ state: "none" });
  });

  it("announces maintenance beforehand, and when it ends sooner", async () => {
    const { clock, sandbox, ask } = await setUp();
    const [start, end] = ["2026-02-01T22:00:00+01:00", "2026-02-02T02:00:00+01:00"];
    sandbox.beacon.announce({ category: "MAINTENANCE", start, end });
    const announced = { kind: "unavailability", startedAt: at(start), endedAt: at(end) };
    expect(await ask()).toMatchObject({ status: "AVAILABLE", outages: [announced] });
    await clock.advance(at(start) + 3_600_000 - clock.now());
    sandbox.beacon.allClear();
    const sooner = { ...announced, endedAt: at(start) + 3_600_000 };
    expect(await ask()).toMatchObject({ status: "AVAILABLE", outages: [sooner] });
  });

  it.each(["html-504", "json-503", "waf"])("is unknown when it answers with %s", async (fault) => {
    const { sandbox, ask } = await setUp();
    sandbox.faults.add({ on: { path: "/latarnia/messages" }, fault });
    expect(await ask()).toMatchObject({ status: "unknown" });
  });
});

describe("Latarnia", () => {
  it("is understood with fields nobody has heard of, and past a message that cannot be read", async () => {
    const strange = [{ ...quoted, severity: { level: 3 } }, { eventId: "?" }, { ...quoted, type: "RUMOUR" }];
    expect(await askBy(saying(strange, { status: "FAILURE", since: "now", messages: null }))).toEqual({
      status: "FAILURE",
      outages: [failure],
    });
  });

  it("ends by the message about the end what began under the same event, in whatever order they come", async () => {
    const ended = { ...quoted, id: "K/2026/AWR/02", type: "FAILURE_END", published: "2026-01-31T12:00:00Z" };
    const total = { ...quoted, category: "TOTAL_FAILURE", published: "2026-01-31T11:00:00Z" };
    const other = { ...quoted, eventId: 1002 };
    const end = { ...ended, end: "2026-01-31T11:58:00+00:00" };
    const found = outages(await askBy(saying([end, other, total, quoted])));
    expect(found?.map(({ eventId, kind, endedAt }) => [eventId, kind, endedAt])).toEqual([
      [1002, "failure", undefined],
      [1001, "failure", at("2026-01-31T11:58:00Z")],
      [1001, "total-failure", at("2026-01-31T11:58:00Z")],
    ]);
    // Without an instant of its own the end is when it was said; without its beginning it still is an outage.
    expect(outages(await askBy(saying([ended])))).toEqual([
      { ...failure, endedAt: at("2026-01-31T12:00:00Z") },
    ]);
  });

  it("corrects itself by a higher version", async () => {
    const corrected = { ...quoted, version: 2, start: "2026-01-31T10:00:00+00:00" };
    expect(outages(await askBy(saying([corrected, quoted])))).toEqual([
      { ...failure, startedAt: at("2026-01-31T10:00:00Z") },
    ]);
  });

  it("is unknown when it cannot be reached, does not answer in time or says what nobody knows", async () => {
    const answers = [
      askBy(reset),
      askBy(silent, 20),
      askBy(saying({})),
      askBy(saying([], { status: "SO_SO" })),
    ];
    for (const answer of await Promise.all(answers))
      expect(answer).toEqual({ status: "unknown", reason: expect.stringMatching(/\/(status|messages)/) });
  });

  it("has the addresses of the official client; demo has none", async () => {
    expect(["test", "production", "demo", "http://127.0.0.1:8180/v2/"].map(latarniaAddress)).toEqual([
      "https://api-latarnia-test.ksef.mf.gov.pl",
      "https://api-latarnia.ksef.mf.gov.pl",
      undefined,
      "http://127.0.0.1:8180/latarnia",
    ]);
    expect(await askLatarnia({ environment: "demo", fetch: reset, deadlineMs: 1_000 })).toEqual({
      status: "unknown",
      reason: "The environment demo has no beacon.",
    });
  });
});
