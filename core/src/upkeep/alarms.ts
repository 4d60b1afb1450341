import * as z from "zod";
import type { Alarm } from "../ksef/certificates/alarm.ts";
import type { Held } from "../ksef/certificates/held.ts";
import { renewalDue } from "../ksef/certificates/renewal.ts";
import type { Engine, LogEntry } from "../engine.ts";
import type { Key } from "../ports.ts";
import type { Tenant } from "../tenants.ts";
import { warsawDate } from "../warsaw.ts";
import type { Chore } from "./chore.ts";
import { certificates } from "./certificates.ts";
import { alarmsOf } from "./next-alarms.ts";
import { isRenewedByHub } from "./renewing.ts";
import { timetableOn } from "./timetable.ts";

/**
 * Logs as `certificate.expiry` what a company logs in or vouches with when 30, 14, 7, 3 and 1 days of it are left and when
 * it is over, each once. Silent about what the hub renews by itself, until that fails and is two days late.
 */
export const alarms: Chore = {
  name: "alarms",
  everyMs: 4 * 3_600_000,
  deadlineMs: 30_000,
  pauseMs: 60_000,
  run: async (engine, tenant) => {
    const key: Key = { pk: `T#${tenant.id}`, sk: "expiry-alarms" };
    const item = await engine.table.get(key);
    const told = item === undefined ? {} : Told.parse(item.value);
    const now: z.output<typeof Told> = {};
    const news: LogEntry[] = [];
    for (const alarm of await alarmsOf(engine, tenant.id)) {
      const name = alarm.what === "token" ? "token" : `${alarm.what} ${alarm.serialNumber}`;
      const before = told[name];
      if (before !== undefined) now[name] = before;
      const days = thresholds.findLast((threshold) => alarm.daysLeft <= threshold);
      if (days === undefined || days >= (before ?? Infinity)) continue;
      if (await isInHand(engine, tenant, alarm)) continue;
      now[name] = days;
      news.push(entryOf(alarm, tenant));
    }
    if (JSON.stringify(now) === JSON.stringify(told)) return;
    // First, for a crash must not make it be told twice. False: another worker tells it.
    if (!(await engine.table.put({ ...key, value: now }, item?.version ?? 0))) return;
    for (const entry of news) engine.log(entry);
  },
};

/** Days left when each was last told. */
const Told = z.record(z.string(), z.number());

const thresholds = [30, 14, 7, 3, 1, 0];

async function isInHand(engine: Engine, tenant: Tenant, held: Held): Promise<boolean> {
  if (!(await isRenewedByHub(engine, tenant, held)) || held.what === "token") return false;
  if (!renewalDue(held, engine.clock.now() - lateMs)) return true;
  // After a long standstill it is late, and about to be done.
  const renewing = await timetableOn(engine.table).read(tenant.id, certificates.name);
  return renewing === undefined || renewing.plan.failures === 0;
}

const lateMs = 2 * 24 * 3_600_000;

function entryOf({ what, validTo, daysLeft }: Alarm, { id }: Tenant): LogEntry {
  const end = warsawDate(validTo - 1);
  const time = daysLeft === 0 ? `It ended on ${end}` : `It ends on ${end}: ${daysLeft} days are left`;
  const level = daysLeft === 0 ? "error" : "warn";
  return { level, code: "certificate.expiry", message: `${words[what]} ${time}.`, tenant: id };
}

const words: Record<Alarm["what"], string> = {
  Authentication: "The certificate this company logs in to KSeF with has to be renewed.",
  next: "The new certificate this company is to log in to KSeF with has not been put to use.",
  Offline: "The certificate this company vouches for offline invoices with has to be renewed.",
  token: "This company logs in by KSeF token, and KSeF ends the tokens. Give it a certificate.",
};
