import type { Engine } from "../engine.ts";
import { batchLimits } from "../ksef/batch/limits.ts";
import { prepare, report } from "../lifecycle.ts";
import { Overtaken } from "../work.ts";
import { giveBackLost, ship } from "./batch.ts";
import type { Bell } from "./bell.ts";
import type { Card } from "./board.ts";
import { lookAtBatch } from "./collect.ts";
import { takeDesk, type Session } from "./desk.ts";
import { follow } from "./follow.ts";
import { each, sideBySide, take, warn, type Memory, type Office } from "./office.ts";
import { closeIdle, openOnline, sendOnline } from "./online.ts";
import { plan, type Waiting } from "./plan.ts";
import { settleAll } from "./settle.ts";

export interface CompanyOptions {
  engine: Engine;
  tenant: string;
  /** This process, as the ledger knows the holder of a desk. */
  holder: string;
  memory: Memory;
  /** Submissions somebody has rung for: they are read by their key, whatever an index says. */
  named: Set<string>;
  /** Rings when there may be something new to do. */
  bell: Bell;
  /** Only one batch is packed at a time in a process. */
  packing: (work: () => Promise<void>) => Promise<void>;
  signal: AbortSignal;
}

/**
 * Does all there is to do for a company until nothing is due for a while. Resolves with when to come back, in
 * milliseconds since 1970; `Infinity` when nothing waits.
 */
export async function attend(options: CompanyOptions): Promise<number> {
  const { engine, tenant, holder, memory, bell, signal } = options;
  const { clock } = engine;
  const now = clock.now();
  const { alone } = engine;
  const { leaseMs } = engine.timing;
  const desk = await takeDesk(engine.table, tenant, { holder, now, until: now + leaseMs, alone });
  if ("heldUntil" in desk) return Math.min(Math.max(desk.heldUntil, now + 100), now + 2_000);

  const office: Office = { engine, tenant, ksef: await engine.ksef(tenant), desk, memory, bell, signal };
  const tasks = new Map<string, Promise<void>>();
  let overtaken = false;
  const start = (name: string, work: () => Promise<void>): void => {
    const task = work()
      .catch(async (thrown: unknown) => {
        if (thrown instanceof Overtaken) return void (overtaken = true);
        warn(office, thrown);
        // What it held stays held meanwhile, or it would be taken up again at once.
        await clock.sleep(failedPauseMs, signal);
      })
      .finally(() => {
        tasks.delete(name);
        bell.ring();
      });
    tasks.set(name, task);
  };

  try {
    for (const session of desk.sessions) await takeOver(office, session);
    for (let readAt = -Infinity, more = false; ;) {
      // What is left of a dead holder's lease is waited for; a living one renews it when half of it has gone.
      if (clock.now() > desk.until - leaseMs / 2) await desk.renew(clock.now() + leaseMs);
      if (clock.now() > readAt + readAgainMs || (more && memory.board.size < mostCards / 2)) {
        more = await readLedger(office);
        readAt = clock.now();
      }
      await readNamed(office, options.named);
      const ended = signal.aborted || overtaken;
      const next = ended ? Infinity : await startDue(office, options, tasks, start);
      if (tasks.size === 0 && (ended || next > clock.now() + lingerMs)) {
        if (overtaken) return clock.now() + overtakenPauseMs;
        await desk.release();
        return next;
      }
      // With many cards a round costs milliseconds: bells that ring all the time must not make it one for each.
      await clock.sleep(next <= clock.now() ? 0 : Math.floor(memory.board.size / cardsPerMs));
      const wakeAt = Math.min(next, desk.until - leaseMs / 2, readAt + readAgainMs);
      await bell.sleep(clock, Math.max(1, wakeAt - clock.now()));
    }
  } catch (thrown) {
    await Promise.all(tasks.values());
    if (thrown instanceof Overtaken) return clock.now() + overtakenPauseMs;
    throw thrown;
  }
}

/** Begins a task that has these submissions in hand; none when there are none. */
type Hold = (name: string, cards: readonly { id: string }[], work: () => Promise<void>) => void;

/** Begins whatever is due and not under way. Resolves with when there will be more. */
async function startDue(
  office: Office,
  { packing }: CompanyOptions,
  tasks: ReadonlyMap<string, Promise<void>>,
  start: (name: string, work: () => Promise<void>) => void,
): Promise<number> {
  const { engine, desk, ksef } = office;
  const { board } = office.memory;
  const now = engine.clock.now();
  let next = board.nextAt(now);

  const hold: Hold = (name, cards, work) => {
    const ids = cards.map(({ id }) => id);
    if (ids.length > 0) start(`${name} ${ids[0]}`, () => board.holding(ids, work));
  };
  const pending = Map.groupBy(board.pending(now), ({ state }) => state);
  const of = (state: Card["state"]): Card[] => pending.get(state) ?? [];
  hold("prepare", of("received"), () =>
    each(of("received"), sideBySide, ({ id }) => take(office, id, ["received"], prepare)),
  );

  if (ksef.breaker.state !== "closed") {
    // One call finds out whether KSeF is back, before thousands are taken up in vain.
    const { retryAt = now } = ksef.breaker;
    if (retryAt > now) return Math.min(next, retryAt);
    if (!tasks.has("probe")) start("probe", async () => void (await ksef.client.publicKeyCertificates()));
    return next;
  }

  hold("settle", of("sending"), () => settleAll(office, of("sending")));
  const sent = board.sentWith(of("sent"));
  hold("follow", sent, () => follow(office, sent));
  hold("report", of("accepted"), () =>
    each(of("accepted"), sideBySide, ({ id }) => take(office, id, ["accepted"], (work) => report(work))),
  );
  for (const session of desk.sessions) {
    const name = `session ${session.id}`;
    if (tasks.has(name)) continue;
    if (session.lookAt > now) next = Math.min(next, session.lookAt);
    else start(name, () => tend(office, session));
  }

  return Math.min(next, await sendReady(office, packing, tasks, hold));
}

/** Begins to send what the plan says can go now. Resolves with when more can. */
async function sendReady(
  office: Office,
  packing: CompanyOptions["packing"],
  tasks: ReadonlyMap<string, Promise<void>>,
  hold: Hold,
): Promise<number> {
  const { engine, tenant, memory } = office;
  const now = engine.clock.now();
  const ready = memory.board.ready(now);
  if (ready.length === 0) return Infinity;
  const [limits, { batchSession: most }, onlineSession, invoiceSend, batchSession] = await Promise.all([
    engine.budget.limits(tenant),
    engine.contextLimits.get(tenant),
    engine.budget.window(tenant, "onlineSession"),
    engine.budget.window(tenant, "invoiceSend"),
    engine.budget.window(tenant, "batchSession"),
  ]);
  const shipping = [...tasks.keys()].filter((name) => name.startsWith("batch ")).length;
  const { send, batch, wakeAt } = plan({
    now,
    ready,
    limits,
    windows: { onlineSession, invoiceSend, batchSession },
    open: openOnline(office) !== undefined,
    unclosed: shipping,
    packing: shipping >= mostBatches,
    largest: { invoices: Math.min(most.maxInvoices, batchLimits.invoices), size: largestBatch },
  });
  hold("send", send, () => sendOnline(office, send));
  hold("batch", batch, () => shipInTurn(office, batch, packing));
  return wakeAt ?? Infinity;
}

/** Packs in turn with the other companies of this process; on its way to KSeF it makes room for the next. */
async function shipInTurn(
  office: Office,
  batch: readonly Waiting[],
  packing: CompanyOptions["packing"],
): Promise<void> {
  const { promise: packed, resolve } = Promise.withResolvers<void>();
  let shipped = Promise.resolve();
  await packing(() => {
    shipped = ship(office, batch, batch[0]?.offline === true, resolve);
    return Promise.race([packed, shipped]);
  });
  await shipped;
}

/** What whoever held the desk before has left. An online session goes on; one that was being opened stays empty. */
async function takeOver(office: Office, session: Session): Promise<void> {
  if (session.kind === "batch") await giveBackLost(office, session);
  else if (session.state === "opening") await office.desk.remove(session.id);
}

const tend = (office: Office, session: Session): Promise<void> =>
  session.kind === "online" ? closeIdle(office, session) : lookAtBatch(office, session);

/**
 * Puts on the board what the ledger has that is due soon. Resolves with whether there is more: a backlog beyond what the
 * board holds waits on the ledger.
 */
async function readLedger({ engine, tenant, memory: { board } }: Office): Promise<boolean> {
  const now = engine.clock.now();
  let more = false;
  for (const lane of ["urgent", "ready", "pending"] as const) {
    let read = 0;
    for await (const { value } of engine.submissions.lane(tenant, lane, now + readAgainMs)) {
      board.note(value, now);
      if (++read < mostCards) continue;
      more = true;
      break;
    }
  }
  return more;
}

async function readNamed({ engine, tenant, memory }: Office, named: Set<string>): Promise<void> {
  const ids = [...named];
  named.clear();
  for (const id of ids) {
    const stored = await engine.submissions.get({ tenant, id });
    if (stored !== undefined) memory.board.note(stored.value, engine.clock.now());
  }
}

/** The desk is kept for as long as this when nothing is due, and the online session's key with it. */
const lingerMs = 5_000;
/** After a task has failed for a reason that is no submission's own. */
const failedPauseMs = 1_000;
/** Somebody else has the desk and does the work. */
const overtakenPauseMs = 1_000;
const cardsPerMs = 5_000;
/** How often the ledger is looked through for what nobody rang for. */
const readAgainMs = 60_000;
const mostCards = 25_000;
/** Batches on their way to KSeF at the same time, each with its files on disk. */
const mostBatches = 10;
/** Documents in one batch, in bytes: they are compressed to about a tenth, in parts on disk. */
const largestBatch = 2_000_000_000;
