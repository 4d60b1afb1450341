import type { LogEntry } from "../../engine.ts";
import { HubError, toHubError } from "../../error.ts";
import type { Clock } from "../../ports.ts";
import { ksefBaseUrl } from "../environment.ts";
import type { Fetch } from "../http.ts";
import type { Breaker, BreakerState } from "./breaker.ts";
import { askLatarnia, type AnnouncedOutage } from "./latarnia.ts";
import type { News, Outages } from "./outages.ts";
import { probe } from "./probe.ts";

export interface WatchOptions {
  clock: Clock;
  fetch: Fetch;
  /** The longest a call to the beacon or to KSeF may take, in milliseconds. */
  deadlineMs: number;
  environment: string;
  breaker: Breaker;
  outages: Outages;
  log: (entry: LogEntry) => void;
  signal: AbortSignal;
  /** How often the beacon is asked; once a minute while there is trouble. */
  everyMs?: number;
}

/**
 * Watches one environment until the signal aborts: asks the beacon, keeps what it says, and while the breaker is open
 * makes the trial calls, so that no invoice has to. Logs only what begins and what ends.
 */
export async function watchKsef(options: WatchOptions): Promise<void> {
  const { clock, breaker, signal, everyMs = 300_000 } = options;
  const report = reporter(options);
  let nap = new AbortController();
  const endListening = breaker.onChange((state, reason) => {
    report.breaker(state, reason);
    nap.abort();
  });
  report.breaker(breaker.state, undefined);
  let askedAt = -Infinity;
  let isTrouble = false;
  const nextAsk = (): number =>
    askedAt + (isTrouble || breaker.state !== "closed" ? Math.min(everyMs, troubleMs) : everyMs);
  try {
    while (!signal.aborted) {
      // First, for the beacon may keep us waiting as long as KSeF.
      if (breaker.state === "half-open") await tryOut(options);
      if (clock.now() >= nextAsk()) {
        askedAt = clock.now();
        isTrouble = await askBeacon(options, report);
      }
      nap = new AbortController();
      const wakeAt = Math.min(nextAsk(), breaker.retryAt ?? Infinity);
      await clock.sleep(wakeAt - clock.now(), AbortSignal.any([signal, nap.signal]));
    }
  } finally {
    endListening();
  }
}

const troubleMs = 60_000;
/** Maintenance is often announced days ahead; until it is near, that is no trouble. */
const nearMs = 3_600_000;

/** Asks, remembers and reports. True: an outage goes on or is near. */
async function askBeacon(options: WatchOptions, report: Reporter): Promise<boolean> {
  const { clock, environment, outages, signal } = options;
  const answer = await askLatarnia(options, signal);
  // The answer of a call that was called off is none.
  if (signal.aborted) return false;
  const now = clock.now();
  try {
    report.news(await outages.remember(environment, answer, now));
    const kept = await outages.list(environment);
    report.storage(undefined);
    const isNear = ({ startedAt, endedAt = Infinity }: AnnouncedOutage) =>
      startedAt <= now + nearMs && endedAt > now;
    return kept.some(isNear) || (answer.status !== "unknown" && answer.status !== "AVAILABLE");
  } catch (thrown) {
    report.storage(toHubError(thrown));
    return false;
  }
}

/** The trial call, unless somebody else's is out. One that is called off has no outcome. */
async function tryOut({ breaker, environment, deadlineMs, fetch, signal }: WatchOptions): Promise<void> {
  try {
    breaker.admit();
  } catch (error) {
    if (error instanceof HubError && error.code === "ksef.paused") return;
    throw error;
  }
  const sight = await probe({ baseUrl: ksefBaseUrl(environment), deadlineMs, fetch }, signal);
  if (!signal.aborted) breaker.record(sight.state === "up" ? undefined : sight.reason);
}

type Reporter = ReturnType<typeof reporter>;

/** Log lines, each once for what it is about: a trial that fails opens the breaker anew, which is nothing new. */
function reporter({ environment, log }: WatchOptions) {
  const warn = (code: string, message: string) =>
    log({ level: "warn", code, message: `KSeF ${environment}: ${message}` });
  let isPaused = false;
  let failure: string | undefined;
  return {
    breaker: (state: BreakerState, reason: HubError | undefined): void => {
      if (isPaused === (state !== "closed")) return;
      isPaused = !isPaused;
      if (isPaused)
        warn("ksef.paused", `calls are paused, for it does not work: ${reason?.message ?? "no answer."}`);
      else warn("ksef.resumed", "it answers again, calls are made as before.");
    },
    news: ({ announced, ended }: News): void => {
      for (const outage of announced)
        warn("outage.announced", `the Ministry announces ${described(outage)}.`);
      for (const outage of ended) warn("outage.ended", `this is over: ${described(outage)}.`);
    },
    storage: (error: HubError | undefined): void => {
      if (error !== undefined && failure !== error.code)
        log({ level: "error", code: error.code, message: `The outages could not be kept: ${error.message}` });
      failure = error?.code;
    },
  };
}

function described({ kind, title, startedAt, endedAt }: AnnouncedOutage): string {
  const until = endedAt === undefined ? "" : ` until ${new Date(endedAt).toISOString()}`;
  return `${names[kind]} from ${new Date(startedAt).toISOString()}${until} ("${title}")`;
}

const names: Record<AnnouncedOutage["kind"], string> = {
  unavailability: "an unavailability",
  failure: "a failure",
  "total-failure": "a total failure",
};
