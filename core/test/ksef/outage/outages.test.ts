import { describe, expect, it } from "vitest";
import type { AnnouncedOutage, BeaconAnswer } from "../../../src/ksef/outage/latarnia.ts";
import { outagesOn } from "../../../src/ksef/outage/outages.ts";
import { sendingDeadline } from "../../../src/offline/deadline.ts";
import { openEmbedded } from "../../adapters/folder.ts";

const at = (text: string) => Date.parse(text);
const day = 86_400_000;
const failure: AnnouncedOutage = {
  eventId: 1001,
  kind: "failure",
  title: "Wystąpiła awaria",
  startedAt: at("2026-02-02T10:00:00Z"),
};
const ended = { ...failure, endedAt: at("2026-02-03T08:00:00Z") };
const maintenance: AnnouncedOutage = {
  eventId: 1002,
  kind: "unavailability",
  title: "Planowana niedostępność KSeF",
  startedAt: at("2026-02-07T21:00:00Z"),
  endedAt: at("2026-02-08T01:00:00Z"),
};

const says = (...outages: AnnouncedOutage[]): BeaconAnswer => ({ status: "AVAILABLE", outages });
const isDown: BeaconAnswer = { status: "unknown", reason: "HTTP 502." };
const fails: BeaconAnswer = { status: "FAILURE", outages: [failure] };
const noNews = { announced: [], ended: [] };

async function setUp() {
  const { table } = await openEmbedded();
  const outages = outagesOn(table);
  return {
    table,
    outages,
    remember: (answer: BeaconAnswer, when: string) => outages.remember("test", answer, at(when)),
    list: () => outages.list("test"),
  };
}

describe("outages on the ledger", () => {
  it("outlive the beacon: what it announced counts while it is down", async () => {
    const { table, remember } = await setUp();
    await remember(fails, "2026-02-02T10:05:00Z");
    await remember(isDown, "2026-02-03T12:00:00Z");
    const restarted = outagesOn(table);
    expect(await restarted.list("test")).toEqual([failure]);
    expect(await restarted.beacon("test")).toEqual({
      status: "unknown",
      askedAt: at("2026-02-03T12:00:00Z"),
      heardAt: at("2026-02-02T10:05:00Z"),
    });
    const issued = {
      mode: "offline24",
      issueDate: "2026-02-02",
      issuedAt: at("2026-02-02T09:00:00Z"),
    } as const;
    expect(sendingDeadline(issued, await restarted.list("test"))).toEqual({ state: "open" });
    // The beacon is back, speaks of the end alone, and forgets that soon after.
    await remember(says(ended), "2026-02-03T14:00:00Z");
    await remember(says(), "2026-04-01T00:00:00Z");
    // Seven working days after Tuesday, 3 February.
    expect(sendingDeadline(issued, await restarted.list("test"))).toMatchObject({ date: "2026-02-12" });
  });

  it("belong to an environment, by whichever of its names", async () => {
    const { outages, remember } = await setUp();
    await remember(fails, "2026-02-02T10:05:00Z");
    expect(await outages.list("https://api-test.ksef.mf.gov.pl/v2/")).toEqual([failure]);
    expect(await outages.list("production")).toEqual([]);
    expect(await outages.beacon("production")).toEqual({ status: "unknown", askedAt: 0, heardAt: 0 });
  });

  it("are news once, whoever hears of them", async () => {
    const { table, remember, list } = await setUp();
    const others = outagesOn(table);
    const heard = await Promise.all([
      remember(fails, "2026-02-02T10:05:00Z"),
      others.remember("test", fails, at("2026-02-02T10:05:00Z")),
    ]);
    expect(heard.flatMap(({ announced }) => announced)).toEqual([failure]);
    expect(await remember(isDown, "2026-02-02T10:10:00Z")).toEqual(noNews);
    expect(await remember(fails, "2026-02-02T10:15:00Z")).toEqual(noNews);
    expect(await remember(says(ended), "2026-02-03T09:00:00Z")).toEqual({ announced: [], ended: [ended] });
    expect(await remember(says(ended), "2026-02-03T09:05:00Z")).toEqual(noNews);
    expect(await list()).toEqual([ended]);
  });

  it("are no news when they were over before they were heard of", async () => {
    const { remember, list } = await setUp();
    expect(await remember(says(ended), "2026-02-04T00:00:00Z")).toEqual(noNews);
    expect(await list()).toEqual([ended]);
  });

  it("keep the end when the beacon speaks of the beginning alone, or an older answer comes later", async () => {
    const { remember, list } = await setUp();
    await remember(says(ended), "2026-02-03T09:00:00Z");
    expect(await remember(fails, "2026-02-03T08:59:59Z")).toEqual(noNews);
    expect(await list()).toEqual([ended]);
  });

  it("keep the beginning when the beacon speaks of the end alone", async () => {
    const { remember, list } = await setUp();
    await remember(fails, "2026-02-02T10:05:00Z");
    const { endedAt } = ended;
    await remember(says({ ...failure, startedAt: endedAt, endedAt }), "2026-02-03T09:00:00Z");
    expect(await list()).toEqual([ended]);
  });

  it("let maintenance end by itself, also while the beacon is down, and be moved or called off before", async () => {
    const { remember, list } = await setUp();
    const moved = {
      ...maintenance,
      startedAt: maintenance.startedAt + day,
      endedAt: maintenance.endedAt! + day,
    };
    expect((await remember(says(maintenance), "2026-02-05T00:00:00Z")).announced).toEqual([maintenance]);
    expect(await remember(says(), "2026-02-05T01:00:00Z")).toEqual(noNews);
    expect(await list()).toEqual([]);
    await remember(says(maintenance), "2026-02-05T02:00:00Z");
    expect(await remember(says(moved), "2026-02-05T03:00:00Z")).toEqual(noNews);
    expect(await list()).toEqual([moved]);
    expect(await remember(isDown, "2026-02-08T22:00:00Z")).toEqual(noNews);
    expect(await remember(isDown, "2026-02-09T01:00:00Z")).toEqual({ announced: [], ended: [moved] });
  });

  it("end when they were last heard of, if the beacon says all is well and forgets to say since when", async () => {
    const { remember, list } = await setUp();
    await remember(fails, "2026-02-02T10:05:00Z");
    await remember(isDown, "2026-02-02T18:00:00Z");
    const presumed = { ...failure, endedAt: at("2026-02-02T10:05:00Z") };
    const { ended: over } = await remember(says(), "2026-02-03T09:00:00Z");
    expect(over).toMatchObject([presumed]);
    expect(await list()).toMatchObject([presumed]);
    // It was a slip of the beacon, which says so again.
    expect((await remember(fails, "2026-02-03T09:05:00Z")).announced).toEqual([failure]);
    expect(await list()).toEqual([failure]);
    await remember(says(ended), "2026-02-03T10:00:00Z");
    expect(await list()).toEqual([ended]);
  });

  it("go on while the beacon says that there is a failure, though not which", async () => {
    const { remember, list } = await setUp();
    await remember(fails, "2026-02-02T10:05:00Z");
    expect(await remember({ status: "FAILURE", outages: [] }, "2026-02-02T10:10:00Z")).toEqual(noNews);
    expect(await list()).toEqual([failure]);
  });

  it("are kept for two years, the last 500 at most", async () => {
    const { remember, list } = await setUp();
    const old = { ...ended, eventId: 1, startedAt: 0, endedAt: at("2024-01-01T00:00:00Z") };
    const many = Array.from({ length: 600 }, (_, n) => ({
      ...ended,
      eventId: 2_000 + n,
      startedAt: failure.startedAt + n,
    }));
    await remember(says(old, ended), "2025-12-31T00:00:00Z");
    expect(await list()).toEqual([old, ended]);
    await remember(says(), "2026-02-04T00:00:00Z");
    expect(await list()).toEqual([ended]);
    await remember(says(...many.toReversed()), "2026-02-04T00:05:00Z");
    expect(await list()).toEqual(many.slice(100));
  });
});
