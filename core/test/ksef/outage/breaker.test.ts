import { describe, expect, it } from "vitest";
import { HubError, type ErrorCode } from "../../../src/error.ts";
import { createBreaker, type Breaker } from "../../../src/ksef/outage/breaker.ts";
import { VirtualClock } from "../../../testing/virtual-clock.ts";
import { seeded } from "./random.ts";

/** As long as a pause can be: jitter leaves the whole of it. */
const almostOne = () => 0.999_999_9;
const failure = (code: ErrorCode = "ksef.unavailable", retryAfterMs?: number) =>
  new HubError(code, "HTTP 503", { retryAfterMs });

function setUp(random = almostOne) {
  const clock = new VirtualClock();
  return { clock, breaker: createBreaker({ clock, random }) };
}

function times(count: number, work: () => void): void {
  for (let done = 0; done < count; done++) work();
}

/** Undefined: the call may be made. */
function refused(breaker: Breaker): HubError | undefined {
  try {
    breaker.admit();
    return undefined;
  } catch (error) {
    return error as HubError;
  }
}

/** A call as the gate makes it. */
function make(breaker: Breaker, error?: HubError): boolean {
  if (refused(breaker) !== undefined) return false;
  breaker.record(error);
  return true;
}

describe("a circuit breaker", () => {
  it.each<ErrorCode>(["ksef.unreachable", "ksef.timeout", "ksef.unavailable"])(
    "opens within a few calls when each ends with %s",
    (code) => {
      const { breaker } = setUp();
      let made = 0;
      while (make(breaker, failure(code)) && made < 100) made++;
      expect(made).toBe(5);
      expect(breaker.state).toBe("open");
      expect(refused(breaker)).toMatchObject({ code: "ksef.paused", outage: true, retryAfterMs: 2_000 });
    },
  );

  it.each<ErrorCode>([
    "ksef.rate-limited",
    "ksef.unauthorized",
    "ksef.forbidden",
    "ksef.bad-request",
    "ksef.session-closed",
    "ksef.protocol",
  ])("takes %s for a sign of life", (code) => {
    const { breaker } = setUp();
    times(100, () => make(breaker, failure(code)));
    times(4, () => make(breaker, failure()));
    make(breaker, failure(code));
    times(4, () => make(breaker, failure()));
    expect(breaker.state).toBe("closed");
  });

  it("stays closed while one endpoint of two fails, and opens when three quarters of all calls fail", () => {
    const { breaker } = setUp();
    times(200, () => (make(breaker, failure("ksef.timeout")), make(breaker)));
    expect(breaker.state).toBe("closed");
    times(10, () => (times(4, () => make(breaker, failure())), make(breaker)));
    expect(breaker.state).toBe("open");
  });

  it("lets one trial through after the pause; a success closes it and forgets", async () => {
    const { clock, breaker } = setUp();
    times(5, () => make(breaker, failure()));
    await clock.advance(1_999);
    expect([breaker.state, refused(breaker)?.retryAfterMs]).toEqual(["open", 1]);
    await clock.advance(1);
    expect(breaker.state).toBe("half-open");
    expect(refused(breaker)).toBeUndefined();
    await clock.advance(500);
    expect(refused(breaker)).toMatchObject({ code: "ksef.paused", retryAfterMs: 2_000 });
    expect(breaker.retryAt).toBe(clock.now() + 2_000);
    breaker.record(undefined);
    expect([breaker.state, breaker.retryAt]).toEqual(["closed", undefined]);
    times(4, () => expect(make(breaker, failure())).toBe(true));
    expect(breaker.state).toBe("closed");
    make(breaker, failure());
    expect(refused(breaker)?.retryAfterMs).toBe(2_000);
  });

  it("pauses twice as long after each trial that fails, up to a minute", async () => {
    const { clock, breaker } = setUp();
    times(5, () => make(breaker, failure()));
    const pauses: number[] = [];
    for (let trial = 0; trial < 8; trial++) {
      const pause = breaker.retryAt! - clock.now();
      pauses.push(pause);
      await clock.advance(pause);
      expect(make(breaker, failure())).toBe(true);
    }
    expect(pauses).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it("spreads pauses over their whole length", () => {
    const random = seeded(1);
    const pauses = Array.from({ length: 400 }, () => {
      const { clock, breaker } = setUp(random);
      times(5, () => make(breaker, failure()));
      return breaker.retryAt! - clock.now();
    });
    expect(Math.min(...pauses)).toBeLessThan(100);
    expect(Math.max(...pauses)).toBeGreaterThan(1_900);
    const mean = pauses.reduce((sum, pause) => sum + pause, 0) / pauses.length;
    expect(Math.abs(mean - 1_000)).toBeLessThan(100);
  });

  it("waits as long as KSeF asks, a minute at most", () => {
    for (const [asked, pause] of [[30_000, 30_000] as const, [3_600_000, 60_000] as const]) {
      const { clock, breaker } = setUp(() => 0);
      times(5, () => make(breaker, failure("ksef.unavailable", asked)));
      expect(breaker.retryAt! - clock.now()).toBe(pause);
    }
  });

  it("is not told anything about now by calls that began before it opened", async () => {
    const { clock, breaker } = setUp();
    times(8, () => breaker.admit());
    times(5, () => breaker.record(failure("ksef.timeout")));
    const { retryAt } = breaker;
    times(2, () => breaker.record(failure("ksef.timeout")));
    breaker.record(undefined);
    expect([breaker.state, breaker.retryAt]).toEqual(["open", retryAt]);
    await clock.advance(2_000);
    breaker.record(failure("ksef.timeout"));
    expect(refused(breaker)).toBeUndefined();
  });

  it("gives a trial up that nobody hears of again", async () => {
    const { clock, breaker } = setUp();
    times(5, () => make(breaker, failure()));
    await clock.advance(2_000);
    expect(refused(breaker)).toBeUndefined();
    await clock.advance(59_999);
    expect(refused(breaker)?.retryAfterMs).toBe(1);
    await clock.advance(1);
    expect(make(breaker)).toBe(true);
    expect(breaker.state).toBe("closed");
  });

  it("tells of each change until it is told not to", async () => {
    const { clock, breaker } = setUp();
    const told: string[] = [];
    const end = breaker.onChange((state, reason) => told.push(`${state} ${reason?.code}`));
    times(5, () => make(breaker, failure("ksef.timeout")));
    await clock.advance(2_000);
    make(breaker, failure("ksef.unreachable"));
    await clock.advance(4_000);
    make(breaker);
    end();
    times(5, () => make(breaker, failure()));
    expect(told).toEqual([
      "open ksef.timeout",
      "half-open ksef.timeout",
      "open ksef.unreachable",
      "half-open ksef.unreachable",
      "closed undefined",
    ]);
  });
});

it("whatever happens: no call while open, one trial at a time, and a call again within the longest pause", async () => {
  let [trials, refusals] = [0, 0];
  const wrong: string[] = [];
  for (let seed = 0; seed < 150; seed++) {
    const random = seeded(seed);
    const { clock, breaker } = setUp(random);
    const upShare = random();
    let openUntil = -Infinity;
    let trialUntil = -Infinity;
    let inFlight = 0;
    breaker.onChange((state) => {
      if (state === "open") openUntil = breaker.retryAt ?? Infinity;
    });

    const admit = () => {
      const isClosed = breaker.state === "closed";
      const error = refused(breaker);
      if (error === undefined) {
        inFlight++;
        if (clock.now() < openUntil) wrong.push(`${seed}: a call while open`);
        if (isClosed) return;
        if (clock.now() < trialUntil) wrong.push(`${seed}: two trials`);
        trialUntil = clock.now() + 60_000;
        trials++;
      } else {
        refusals++;
        const { retryAfterMs = 0 } = error;
        if (isClosed) wrong.push(`${seed}: refused while closed`);
        if (retryAfterMs <= 0 || retryAfterMs > 60_000) wrong.push(`${seed}: wait ${retryAfterMs}`);
      }
    };
    const end = () => {
      if (inFlight === 0) return;
      inFlight--;
      // Some calls are cancelled, and nobody hears of them.
      if (random() < 0.1) return;
      breaker.record(random() < upShare ? undefined : failure("ksef.timeout"));
      trialUntil = -Infinity;
    };
    for (let step = 0; step < 300; step++) {
      const chance = random();
      if (chance < 0.45) admit();
      else if (chance < 0.85) end();
      else await clock.advance(Math.floor(random() * 5_000));
    }
    await clock.advance(60_000);
    if (refused(breaker) !== undefined) wrong.push(`${seed}: no call even after a minute`);
  }
  expect(wrong).toEqual([]);
  expect(trials).toBeGreaterThan(300);
  expect(refusals).toBeGreaterThan(300);
});
