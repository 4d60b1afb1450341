import { each } from "../dispatch/office.ts";
import type { Engine } from "../engine.ts";
import { toHubError } from "../error.ts";
import type { Tenant } from "../tenants.ts";
import { alarms } from "./alarms.ts";
import { certificates } from "./certificates.ts";
import { take, type Chore } from "./chore.ts";
import { sweepLeftovers } from "./leftovers.ts";
import { limits } from "./limits.ts";
import { timetableOn } from "./timetable.ts";

export interface UpkeepOptions {
  signal: AbortSignal;
  chores?: readonly Chore[];
  /** From 0 to 1, for what is to be spread over time. */
  random?: () => number;
}

/**
 * Does the chores of every company when they are due, until the signal aborts and what is in hand has ended. A new
 * company is seen within a minute; many new ones are spread over as many seconds. What fails stops nothing else.
 */
export async function upkeep(
  engine: Engine,
  { signal, chores = allChores, random = Math.random }: UpkeepOptions,
): Promise<void> {
  const { clock, tenants } = engine;
  const timetable = timetableOn(engine.table);
  /** When each is due as far as we know. Others may have done it since, never made it due earlier. */
  const dueAt = new Map<string, number>();
  const failures = new Set<string>();

  const complain = (thrown: unknown): void => {
    const { code, message } = toHubError(thrown);
    if (!failures.has(code)) engine.log({ level: "error", code, message: `Upkeep failed: ${message}` });
    failures.add(code);
  };

  const attend = async (chore: Chore, tenant: Tenant, spreadMs: number): Promise<void> => {
    if (signal.aborted) return;
    const name = nameOf(chore, tenant);
    try {
      const entry = await timetable.read(tenant.id, chore.name);
      let due = entry?.plan.dueAt ?? clock.now() + Math.floor(random() * spreadMs);
      if (entry === undefined)
        await timetable.write(tenant.id, chore.name, { dueAt: due, failures: 0, told: [] }, undefined);
      else if (due <= clock.now())
        due = await take({ engine, timetable, chore, tenant, entry, random, signal });
      dueAt.set(name, due);
    } catch (thrown) {
      complain(thrown);
      dueAt.set(name, clock.now() + ledgerPauseMs);
    }
  };

  const round = async (): Promise<void> => {
    const due: [Chore, Tenant][] = [];
    let unknown = 0;
    for await (const tenant of tenants.all())
      for (const chore of chores) {
        const at = dueAt.get(nameOf(chore, tenant));
        if (at === undefined) unknown += 1;
        if ((at ?? 0) <= clock.now()) due.push([chore, tenant]);
      }
    const spreadMs = (unknown / chores.length - 1) * spreadPerCompanyMs;
    await each(due, atOnce, ([chore, tenant]) => attend(chore, tenant, Math.max(0, spreadMs)));
  };

  await sweepLeftovers(engine, { isStart: true }).catch(complain);
  let sweptAt = clock.now();
  while (!signal.aborted) {
    await round().catch(complain);
    if (clock.now() - sweptAt >= sweepMs) {
      sweptAt = clock.now();
      await sweepLeftovers(engine, { isStart: false }).catch(complain);
    }
    const next = Math.min(clock.now() + lookMs, ...dueAt.values());
    await clock.sleep(Math.max(next - clock.now(), shortestPauseMs), signal);
  }
}

const allChores: readonly Chore[] = [limits, certificates, alarms];

const nameOf = ({ name }: Chore, { id }: Tenant): string => `${id}/${name}`;

/** How often new companies are looked for. */
const lookMs = 60_000;
const shortestPauseMs = 100;
const ledgerPauseMs = 60_000;
const spreadPerCompanyMs = 1_000;
const sweepMs = 24 * 3_600_000;
/** Each is a few calls to KSeF, and the invoices go first. */
const atOnce = 4;
