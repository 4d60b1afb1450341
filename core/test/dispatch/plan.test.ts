import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plan, type Situation, type Waiting } from "../../src/dispatch/plan.ts";
import { productionRateLimits } from "../../src/ksef/limits/rate-limits.ts";
import { emptyWindow, withRequest, type RateWindow } from "../../src/ksef/limits/window.ts";

const now = Date.UTC(2026, 1, 2, 8);
const minute = 60_000;

function waiting(count: number, change: Partial<Waiting> = {}): Waiting[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${change.urgent ? "u" : "n"}${index}`,
    urgent: false,
    offline: false,
    size: 5_000,
    sha256: `${change.urgent ? "u" : "n"}${change.offline ? "o" : ""}${index}`,
    ...change,
  }));
}

function situation(ready: Waiting[], change: Partial<Situation> = {}): Situation {
  return {
    now,
    ready,
    limits: productionRateLimits,
    windows: { onlineSession: emptyWindow, invoiceSend: emptyWindow, batchSession: emptyWindow },
    open: true,
    unclosed: 0,
    packing: false,
    largest: { invoices: 10_000, size: 2_000_000_000 },
    ...change,
  };
}

/** Requests in the past, at these distances from now in milliseconds. */
const made = (...ago: number[]): RateWindow => ({
  requests: ago.map((ms) => now - ms).toSorted((a, b) => a - b),
  blockedUntil: 0,
});
const windows = (change: Partial<Situation["windows"]>): Situation["windows"] => ({
  ...situation([]).windows,
  ...change,
});

describe("a plan", () => {
  it("has nothing to do for nothing", () => {
    expect(plan(situation([]))).toEqual({ send: [], batch: [] });
  });

  it("sends a few online at once, up to what a second takes", () => {
    for (const count of [1, 2, 10]) {
      const { send, batch, wakeAt } = plan(situation(waiting(count)));
      expect([send.length, batch.length, wakeAt]).toEqual([count, 0, undefined]);
    }
  });

  it("makes one batch of what would take longer one by one, however many they are", () => {
    for (const count of [11, 100, 1_000, 10_000]) {
      const { send, batch } = plan(situation(waiting(count)));
      expect([send.length, batch.length]).toEqual([0, count]);
    }
  });

  it("fills a batch to the limit and says at once that there is more", () => {
    const { batch, wakeAt } = plan(situation(waiting(10_001)));
    expect([batch.length, wakeAt]).toEqual([10_000, now]);
  });

  it("cuts a batch by its size as well, but never to nothing", () => {
    const largest = { invoices: 10_000, size: 12_000 };
    expect(plan(situation(waiting(11), { largest })).batch.length).toBe(2);
    expect(plan(situation(waiting(11, { size: 50_000 }), { largest })).batch.length).toBe(1);
  });

  it("sends the urgent ones online while the others go in a batch", () => {
    const { send, batch } = plan(situation([...waiting(3, { urgent: true }), ...waiting(500)]));
    expect(send.map(({ id }) => id)).toEqual(["u0", "u1", "u2"]);
    expect(batch.length).toBe(500);
    expect(batch.some(({ urgent }) => urgent)).toBe(false);
  });

  it("keeps a fifth of the online windows for the urgent ones", () => {
    // 24 of the 30 sends of a minute are spent: an ordinary invoice has no place any more, an urgent one has.
    const spent = made(...Array.from({ length: 24 }, (_, index) => 2_000 + index * 1_000));
    const full = { windows: windows({ invoiceSend: spent }) };
    expect(plan(situation(waiting(1), full)).send).toEqual([]);
    expect(plan(situation(waiting(1, { urgent: true }), full)).send.length).toBe(1);
  });

  it("puts a single invoice into a batch rather than let it wait for the online window", () => {
    const spent = made(...Array.from({ length: 180 }, (_, index) => 70_000 + index * 10_000));
    const { send, batch } = plan(situation(waiting(1), { windows: windows({ invoiceSend: spent }) }));
    expect([send.length, batch.length]).toEqual([0, 1]);
  });

  it("lets batches that are not full wait the longer, the more is spent, and never a full one", () => {
    // 12 of the hour's 60 requests may be spent at once; the other 48 come back evenly, two in 150 s.
    const spent = made(...Array.from({ length: 12 }, () => 5_000));
    const busy = { windows: windows({ batchSession: spent }) };
    const few = plan(situation(waiting(500), busy));
    expect(few.batch).toEqual([]);
    expect(few.wakeAt).toBe(now - 5_000 + 150_000);
    const half = made(...Array.from({ length: 9 }, () => 5_000));
    expect(plan(situation(waiting(500), { windows: windows({ batchSession: half }) })).wakeAt).toBe(
      now - 5_000 + 75_000,
    );
    expect(plan(situation(waiting(10_000), busy)).batch.length).toBe(10_000);
  });

  it("opens no batch it could not close soon", () => {
    // 59 of 60 requests of the hour are spent; the first leaves the window in half an hour.
    const spent = made(...Array.from({ length: 59 }, (_, index) => 1_740_000 + index * 1_000));
    const { batch, wakeAt } = plan(situation(waiting(10_000), { windows: windows({ batchSession: spent }) }));
    expect(batch).toEqual([]);
    expect(wakeAt).toBeGreaterThan(now + 20 * minute);
    expect(wakeAt).toBeLessThan(now + 31 * minute);
  });

  it("sends a technical correction online and an attachment in a batch, whatever else would be faster", () => {
    const { send, batch } = plan(
      situation([
        ...waiting(1, { id: "c", only: "online", offline: true }),
        ...waiting(1, { id: "a", only: "batch", sha256: "a" }),
      ]),
    );
    expect([send.map(({ id }) => id), batch.map(({ id }) => id)]).toEqual([["c"], ["a"]]);
  });

  it("never mixes what was issued offline with the rest, nor puts a document in twice", () => {
    const ready = [...waiting(200), ...waiting(200, { offline: true }), ...waiting(200)];
    const { batch, wakeAt } = plan(situation(ready));
    expect(batch.length).toBe(200);
    expect(batch.every(({ offline }) => !offline)).toBe(true);
    expect(wakeAt).toBe(now);
  });

  it("keeps those apart whose batches were refused as a whole, in ever smaller ones and at last online", () => {
    const poisoned = waiting(100, { atMost: 25 }).map((one) => ({
      ...one,
      id: `p${one.id}`,
      sha256: `p${one.id}`,
    }));
    const first = plan(situation([...poisoned, ...waiting(200)]));
    expect(first.batch.map(({ id }) => id)).toEqual(poisoned.slice(0, 25).map(({ id }) => id));
    const second = plan(situation([...waiting(200), ...poisoned]));
    expect(second.batch.every(({ atMost }) => atMost === undefined)).toBe(true);
    expect(second.batch.length).toBe(200);
    const alone = plan(
      situation([...waiting(1, { atMost: 1, id: "alone", sha256: "alone" }), ...waiting(200)]),
    );
    expect([alone.send.map(({ id }) => id), alone.batch.length]).toEqual([["alone"], 200]);
  });

  it("waits for the end of a block, and for a batch on its way to make room", () => {
    const blocked = { requests: [], blockedUntil: now + 5 * minute };
    const both = windows({ invoiceSend: blocked, batchSession: blocked });
    expect(plan(situation(waiting(3), { windows: both }))).toEqual({
      send: [],
      batch: [],
      wakeAt: now + 5 * minute,
    });
    expect(plan(situation(waiting(500), { packing: true }))).toEqual({ send: [], batch: [] });
  });
});

it("keeps every window, gives nothing twice and forgets nobody, whatever has gone before", () => {
  const ago = fc.array(fc.integer({ min: 0, max: 3_600_000 }), { maxLength: 40 });
  fc.assert(
    fc.property(
      fc.nat(60),
      fc.nat(15),
      ago,
      ago,
      ago,
      fc.boolean(),
      fc.nat(4),
      (normal, urgent, opened, sent, batches, open, unclosed) => {
        const ready = [...waiting(urgent, { urgent: true }), ...waiting(normal)];
        const past = {
          onlineSession: made(...opened),
          invoiceSend: made(...sent),
          batchSession: made(...batches),
        };
        const { send, batch, wakeAt } = plan(situation(ready, { windows: past, open, unclosed }));
        const ids = [...send, ...batch].map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(wakeAt === undefined).toBe(ids.length === ready.length);
        expect(wakeAt ?? now).toBeGreaterThanOrEqual(now);

        const opens = send.length > 0 && !open ? 1 : 0;
        expectWithin(after(past.onlineSession, opens), productionRateLimits.onlineSession);
        expectWithin(after(past.invoiceSend, send.length), productionRateLimits.invoiceSend);
        expectWithin(after(past.batchSession, Math.min(batch.length, 1)), productionRateLimits.batchSession);
      },
    ),
    { seed: 1, numRuns: 500 },
  );
});

const after = (window: RateWindow, more: number): RateWindow =>
  Array.from({ length: more }).reduce<RateWindow>((so) => withRequest(so, now), window);

/** Counted anew, without the code under test: no window that ends now has more requests than it may. */
function expectWithin(
  { requests }: RateWindow,
  limits: { perSecond: number; perMinute: number; perHour: number },
): void {
  const within = (ms: number) => requests.filter((at) => at > now - ms).length;
  expect(within(1_000)).toBeLessThanOrEqual(Math.max(limits.perSecond, before(requests, 1_000)));
  expect(within(minute)).toBeLessThanOrEqual(Math.max(limits.perMinute, before(requests, minute)));
  expect(within(60 * minute)).toBeLessThanOrEqual(Math.max(limits.perHour, before(requests, 60 * minute)));
}

/** What chance had put there already. */
const before = (requests: number[], ms: number): number =>
  requests.filter((at) => at > now - ms && at < now).length;

it("never uses the hour up, however much waits all the time", () => {
  let [window, at] = [emptyWindow, now];
  const gaps: number[] = [];
  for (let batches = 0; batches < 100; batches++) {
    const { batch, wakeAt } = plan(
      situation(waiting(500), { now: at, windows: windows({ batchSession: window }) }),
    );
    if (batch.length === 0) {
      gaps.push((wakeAt ?? 0) - at);
      at = wakeAt ?? 0;
    }
    window = withRequest(withRequest(window, at), at + 300);
    at += 1_000;
  }
  // At the pace of the limit itself it would be 120 s.
  expect(Math.max(...gaps)).toBeLessThan(155_000);
});
