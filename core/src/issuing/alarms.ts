import type { Engine } from "../engine.ts";
import { outagesOn } from "../ksef/outage/outages.ts";
import { timeLeft } from "../offline/deadline.ts";
import { onlineTimeLeft } from "../offline/online.ts";
import type { Submission } from "../submission.ts";
import { replacementOf } from "./corrections.ts";
import { deadlineOf } from "./deadline.ts";

/** An invoice that KSeF does not have yet, and the milliseconds left until it should; below zero when it is late. */
export interface Alarm {
  submission: Submission;
  leftMs: number;
}

/**
 * The online invoices that KSeF has to get before midnight in Poland, or it counts them as offline, and that have not
 * gone out so shortly before. Those held or dead are among them: a person can still do something.
 */
export async function* midnightWarnings(
  engine: Engine,
  now: number,
  withinMs = 2 * hour,
): AsyncGenerator<Alarm> {
  for await (const { id } of engine.tenants.all())
    for await (const submission of unsent(engine, id, now)) {
      const leftMs = onlineTimeLeft(submission.invoice.issueDate, now);
      if (submission.offline === undefined && leftMs > 0 && leftMs <= withinMs) yield { submission, leftMs };
    }
}

/** The offline invoices that are still here so shortly before their deadline, or after it. By default from noon on. */
export async function* deadlineAlarms(
  engine: Engine,
  now: number,
  withinMs = 12 * hour,
): AsyncGenerator<Alarm> {
  const known = outagesOn(engine.table);
  for await (const { id, environment } of engine.tenants.all()) {
    const outages = await known.list(environment);
    for await (const submission of unsent(engine, id, now)) {
      const { offline } = submission;
      if (offline === undefined) continue;
      const leftMs = timeLeft(deadlineOf({ ...submission, offline }, outages), now);
      if (leftMs !== undefined && leftMs <= withinMs) yield { submission, leftMs };
    }
  }
}

/**
 * Logs each of both once, as `invoice.midnight` and `invoice.deadline`, and a deadline that has passed as
 * `invoice.late`. Call it with the same memory each time.
 */
export async function reportTimes(engine: Engine, memory: Set<string>): Promise<void> {
  const now = engine.clock.now();
  const still = new Set<string>();
  const tell = (code: string, { submission, leftMs }: Alarm, what: string): void => {
    const { tenant, id, invoice, state } = submission;
    const key = `${code} ${tenant}/${id}`;
    still.add(key);
    if (memory.has(key)) return;
    const minutes = Math.ceil(Math.abs(leftMs) / 60_000);
    const message = `Invoice ${invoice.number} is ${state}: ${minutes} minutes ${what}`;
    engine.log({ level: "warn", code, message, tenant, submission: id });
  };
  for await (const alarm of midnightWarnings(engine, now))
    tell("invoice.midnight", alarm, "are left until KSeF counts it as issued offline.");
  for await (const alarm of deadlineAlarms(engine, now)) {
    if (alarm.leftMs > 0) tell("invoice.deadline", alarm, "are left until its deadline.");
    else tell("invoice.late", alarm, "have passed since its deadline.");
  }
  memory.clear();
  for (const key of still) memory.add(key);
}

const hour = 3_600_000;
const day = 24 * hour;

/**
 * What KSeF does not have: waiting, whenever its turn is, or stopped, or issued offline and refused, within the last two
 * months; unless a technical correction goes in its place.
 */
async function* unsent(engine: Engine, tenant: string, now: number): AsyncGenerator<Submission> {
  for await (const submission of engine.submissions.unfinished(tenant, now + day))
    if (submission.state !== "sent" && submission.state !== "accepted") yield submission;
  for await (const submission of engine.submissions.stopped(tenant, now - 60 * day, now))
    if (submission.ksef === undefined && !(await replacementOf(engine, submission))) yield submission;
  for await (const submission of engine.submissions.refusedOffline(tenant, now - 60 * day, now))
    if (!(await replacementOf(engine, submission))) yield submission;
}
