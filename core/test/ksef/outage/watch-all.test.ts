import { expect, it, onTestFinished } from "vitest";
import type { LogEntry } from "../../../src/engine.ts";
import { HubError } from "../../../src/error.ts";
import type { Fetch } from "../../../src/ksef/http.ts";
import { createBreaker } from "../../../src/ksef/outage/breaker.ts";
import { outagesOn } from "../../../src/ksef/outage/outages.ts";
import { watchAll } from "../../../src/ksef/outage/watch-all.ts";
import { Tenant } from "../../../src/tenants.ts";
import { VirtualClock } from "../../../testing/virtual-clock.ts";
import { openEmbedded } from "../../adapters/folder.ts";

const minute = 60_000;
const company = (id: string, environment: string) =>
  Tenant.parse({ id, nip: "5265877635", environment, createdAt: 0 });

async function setUp(all: () => AsyncGenerator<Tenant>) {
  const clock = new VirtualClock();
  const { table } = await openEmbedded();
  const asked = new Map<string, number>();
  const log: LogEntry[] = [];
  const stop = new AbortController();
  const fetch: Fetch = async (url) => {
    const { origin, pathname } = new URL(url);
    if (pathname.endsWith("/messages")) return Response.json([]);
    asked.set(origin, (asked.get(origin) ?? 0) + 1);
    return Response.json({ status: "AVAILABLE" });
  };
  const ended = watchAll({
    tenants: { all },
    clock,
    fetch,
    deadlineMs: 1_000,
    breaker: () => createBreaker({ clock }),
    outages: outagesOn(table),
    log: (entry) => log.push(entry),
    signal: stop.signal,
  });
  const end = async () => {
    stop.abort();
    await ended;
  };
  onTestFinished(end);
  return { clock, asked, log, end };
}

it("watches each environment once, also one that comes later, until it is told to stop", async () => {
  const companies = [
    company("a", "test"),
    company("b", "http://sandbox/v2"),
    company("c", "https://api-test.ksef.mf.gov.pl/v2/"),
  ];
  const { clock, asked, log, end } = await setUp(async function* () {
    yield* companies;
  });
  await clock.advance(9 * minute);
  const latarnia = "https://api-latarnia-test.ksef.mf.gov.pl";
  expect(asked).toEqual(
    new Map([
      [latarnia, 2],
      ["http://sandbox", 2],
    ]),
  );
  companies.push(company("d", "production"));
  await clock.advance(minute);
  expect(asked.get("https://api-latarnia.ksef.mf.gov.pl")).toBe(1);
  await end();
  const before = new Map(asked);
  await clock.advance(60 * minute);
  expect(asked).toEqual(before);
  expect(log).toEqual([]);
});

it("goes on when the companies cannot be listed for a while, and says so once", async () => {
  let looks = 0;
  const { clock, asked, log } = await setUp(async function* () {
    looks += 1;
    if (looks <= 3) throw new HubError("storage.unavailable", "The disk is full.");
    yield company("a", "http://sandbox/v2");
  });
  await clock.advance(2 * minute);
  expect(asked.size).toBe(0);
  await clock.advance(minute);
  expect(asked.get("http://sandbox")).toBe(1);
  expect(log.map(({ level, code }) => [level, code])).toEqual([["error", "storage.unavailable"]]);
});
