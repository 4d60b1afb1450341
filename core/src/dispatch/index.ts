import { randomUUID } from "node:crypto";
import type { Engine } from "../engine.ts";
import { toHubError } from "../error.ts";
import type { Submission } from "../submission.ts";
import { Bell } from "./bell.ts";
import { Board } from "./board.ts";
import { attend } from "./company.ts";
import type { Memory } from "./office.ts";

/** Somebody to look after: a company, and the submission that is new. */
export interface Ring {
  tenant: string;
  id?: string | undefined;
}

/** Does the work of this process: each company that was rung for is attended to until nothing of it is due. */
export interface Dispatcher {
  /** Returns at once. `submission`: as it stands on the ledger now, which spares reading it again. */
  ring(ring: Ring, submission?: Submission): void;
  /** Resolves when no company is being attended to. */
  idle(): Promise<void>;
  /** Begins nothing new; resolves when the steps in hand are done. */
  stop(): Promise<void>;
}

interface Company {
  memory: Memory;
  named: Set<string>;
  bell: Bell;
  /** It was rung for since it was last attended to. */
  rung: boolean;
  /** For when the queue has been told to ring. */
  comesBackAt: number;
  attending?: Promise<void> | undefined;
}

export function createDispatcher(engine: Engine): Dispatcher {
  const { clock, queue } = engine;
  const holder = randomUUID();
  const stopped = new AbortController();
  const companies = new Map<string, Company>();
  const packing = oneAfterTheOther();

  const companyOf = (tenant: string): Company => {
    let company = companies.get(tenant);
    if (company === undefined) {
      const memory = { board: new Board(), usualMs: { online: 0, batch: 0 } };
      company = { memory, named: new Set(), bell: new Bell(), rung: false, comesBackAt: 0 };
      companies.set(tenant, company);
    }
    return company;
  };

  const comeBack = async (tenant: string, company: Company, at: number): Promise<void> => {
    const now = clock.now();
    // A bell that rings before is as good, as long as it has not rung yet.
    if (at === Infinity || (company.comesBackAt > now && company.comesBackAt <= at)) return;
    company.comesBackAt = at;
    await queue.send({ tenant }, Math.max(0, at - now));
  };

  const attendTo = async (tenant: string, company: Company): Promise<void> => {
    const { memory, named, bell } = company;
    const { signal } = stopped;
    try {
      let next = Infinity;
      while (company.rung && !signal.aborted) {
        company.rung = false;
        next = await attend({ engine, tenant, holder, memory, named, bell, packing, signal });
      }
      if (!signal.aborted) await comeBack(tenant, company, next);
    } catch (thrown) {
      const { code, message } = toHubError(thrown);
      engine.log({ level: "error", code, message, tenant });
      await clock.sleep(failedPauseMs, signal);
      company.rung = !signal.aborted;
    } finally {
      company.attending = undefined;
      if (company.rung && !signal.aborted) begin(tenant, company);
    }
  };

  const begin = (tenant: string, company: Company): void => {
    company.attending ??= attendTo(tenant, company);
  };

  const attended = (): Promise<void>[] => [...companies.values()].flatMap(({ attending }) => attending ?? []);

  return {
    ring: ({ tenant, id }, submission) => {
      if (stopped.signal.aborted) return;
      const company = companyOf(tenant);
      if (submission !== undefined) company.memory.board.note(submission, clock.now());
      else if (id !== undefined) company.named.add(id);
      company.rung = true;
      company.bell.ring();
      begin(tenant, company);
    },
    idle: async () => {
      for (;;) {
        const busy = attended();
        if (busy.length === 0) return;
        await Promise.all(busy);
      }
    },
    stop: async () => {
      stopped.abort();
      for (const { bell } of companies.values()) bell.ring();
      await Promise.all(attended());
    },
  };
}

/** After the storage has failed. */
const failedPauseMs = 1_000;

/** Runs what it is given one after the other, in the order it was given. */
function oneAfterTheOther(): (work: () => Promise<void>) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}
