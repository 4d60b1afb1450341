import { createEngine, reportStuck, reportTimes, Secret, sweep } from "@ksef-hub/core";
import { aws } from "@ksef-hub/core/aws";
import { localAws } from "@ksef-hub/core/testing/aws";
import { countTable, type RequestUnits } from "./request-units.ts";

/** Units of DynamoDB in an hour in which nothing happens. */
export interface Idle {
  /** Of each process, with one environment of KSeF. */
  process: RequestUnits;
  /** And more for each company in it. */
  company: RequestUnits;
}

/**
 * What a process asks for by the clock when no company has anything to do: each round is carried out once, on doubles of
 * AWS, and taken as often as the hour has it. Without the chores, which are a few requests for each company and day.
 */
export async function measureIdle(): Promise<Idle> {
  const [few, many] = [await anHour(companies), await anHour(2 * companies)];
  const company = { read: (many.read - few.read) / companies, write: (many.write - few.write) / companies };
  return {
    process: { read: few.read - companies * company.read, write: few.write - companies * company.write },
    company,
  };
}

/** Less than a page of the index: there each begun 4 KB is paid for all companies together. */
const companies = 10;

async function anHour(count: number): Promise<RequestUnits> {
  await using local = await localAws();
  await using ports = aws(local.options);
  const { table, units } = countTable(ports.table);
  const engine = createEngine({ ports: { ...ports, table }, log: () => undefined });
  for (let index = 0; index < count; index++)
    await engine.tenants.save(
      { id: `company-${index}`, nip: "5265877635", environment: "production", createdAt: 0 },
      { kind: "token", token: new Secret("token") },
    );
  const total: RequestUnits = { read: 0, write: 0 };
  const often = async (timesAnHour: number, work: () => Promise<unknown>): Promise<void> => {
    const before = { ...units };
    await work();
    total.read += timesAnHour * (units.read - before.read);
    total.write += timesAnHour * (units.write - before.write);
  };
  const look = async (): Promise<void> => {
    for await (const _ of engine.tenants.all());
  };
  // The worker, once a minute, and every tenth time for the deadlines.
  await often(60, () => sweep(engine, { overdueMs: 30_000 }));
  await often(60, () => reportStuck(engine, new Set()));
  await often(6, () => reportTimes(engine, new Set()));
  // Upkeep and the watch look for new companies once a minute.
  await often(2 * 60, look);
  // The beacon, every five minutes.
  const answer = { status: "AVAILABLE" as const, outages: [] };
  await often(12, async () => {
    await engine.outages.remember("production", answer, 0);
    await engine.outages.list("production");
  });
  return total;
}
