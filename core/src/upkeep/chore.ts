import type { Engine } from "../engine.ts";
import { HubError, toHubError } from "../error.ts";
import type { Clock } from "../ports.ts";
import type { Tenant } from "../tenants.ts";
import type { Entry, Plan, Timetable } from "./timetable.ts";

/** Something to be done for each company over and over. Times in milliseconds. */
export interface Chore {
  name: string;
  everyMs: number;
  /** It is broken off after this long, and another worker may take it from one that has died. */
  deadlineMs: number;
  /** After the first failure; each further pause is twice as long, up to the period. */
  pauseMs: number;
  run(engine: Engine, tenant: Tenant, signal: AbortSignal): Promise<void>;
}

export interface Turn {
  engine: Engine;
  timetable: Timetable;
  chore: Chore;
  tenant: Tenant;
  entry: Entry;
  random: () => number;
  signal: AbortSignal;
}

/**
 * Does a chore that is due, unless somebody else has just taken it, and says when it is due again. It throws only what
 * the ledger throws: a failure of the chore is told to the operator once for each code, and tried again after a pause
 * that doubles with each failure.
 */
export async function take(turn: Turn): Promise<number> {
  const { engine, timetable, chore, tenant, entry, random, signal } = turn;
  const { clock } = engine;
  const heldUntil = clock.now() + chore.deadlineMs + graceMs;
  const taken = await timetable.write(tenant.id, chore.name, { ...entry.plan, dueAt: heldUntil }, entry);
  if (taken === undefined) return heldUntil;
  const failure = await failureOf(turn);
  const now = clock.now();
  // A tenth more or less, so that companies that were added together come apart.
  const next = now + chore.everyMs * (0.9 + 0.2 * random());
  let plan: Plan = { dueAt: next, doneAt: now, failures: 0, told: [] };
  // Broken off by a stop: it comes first after the start.
  if (failure !== undefined && signal.aborted) plan = { ...entry.plan, dueAt: now };
  else if (failure !== undefined) plan = afterFailure(turn, failure, now);
  await timetable.write(tenant.id, chore.name, plan, taken);
  return plan.dueAt;
}

/** For the ledger to be written after the deadline. */
const graceMs = 60_000;

async function failureOf({ engine, chore, tenant, signal }: Turn): Promise<HubError | undefined> {
  try {
    await within(engine.clock, chore, signal, (inTime) => chore.run(engine, tenant, inTime));
    return undefined;
  } catch (thrown) {
    return toHubError(thrown);
  }
}

/** Ends by the deadline, or soon after a stop, even if the work does not listen to its signal. */
async function within(
  clock: Clock,
  { name, deadlineMs }: Chore,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const [tooLate, ended] = [new AbortController(), new AbortController()];
  const alarm = async (): Promise<void> => {
    await clock.sleep(deadlineMs, AbortSignal.any([signal, ended.signal]));
    if (signal.aborted) await clock.sleep(stopMs, ended.signal);
    if (ended.signal.aborted) return;
    tooLate.abort();
    throw new HubError("ksef.timeout", `"${name}" was broken off after ${deadlineMs / 1_000} s.`);
  };
  try {
    await Promise.race([work(AbortSignal.any([signal, tooLate.signal])), alarm()]);
  } finally {
    ended.abort();
  }
}

/** How long a stop waits for what does not listen. */
const stopMs = 10_000;

function afterFailure({ engine, chore, tenant, entry }: Turn, failure: HubError, now: number): Plan {
  const { plan } = entry;
  const { code, message, action, outage, retryAfterMs = 0 } = failure;
  const failingSince = plan.failingSince ?? now;
  // KSeF being down is told by the watch; nothing fails in silence for longer than a day.
  const isNews = !plan.told.includes(code) && (!outage || now - failingSince >= dayMs);
  if (isNews)
    engine.log({ level: "warn", code, message: `Upkeep (${chore.name}): ${message}`, tenant: tenant.id });
  const first = action === "retry" ? chore.pauseMs : Math.max(chore.pauseMs, attentionPauseMs);
  const pauseMs = Math.max(Math.min(first * 2 ** plan.failures, chore.everyMs), retryAfterMs);
  return {
    ...plan,
    dueAt: now + pauseMs,
    failures: plan.failures + 1,
    failingSince,
    told: isNews ? [...plan.told, code] : plan.told,
  };
}

const dayMs = 24 * 3_600_000;
/** A person has to do something first. */
const attentionPauseMs = 3_600_000;
