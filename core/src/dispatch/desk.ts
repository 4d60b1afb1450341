import * as z from "zod";
import type { Key, NewItem, Table } from "../ports.ts";
import { Overtaken } from "../work.ts";

/**
 * A session at KSeF that still matters.
 *
 * online   opening -> open; then it is closed and forgotten: each invoice in it knows its reference
 * batch    preparing (intents are written, the package is made) -> opening -> uploading -> closing (KSeF may be
 *          processing it) -> closed (KSeF is processing it) -> read (all KSeF numbers are known, receipts are missing)
 */
const session = z.object({
  /** The hub's own name, known before KSeF gives a reference. */
  id: z.string(),
  kind: z.enum(["online", "batch"]),
  state: z.enum(["preparing", "opening", "open", "uploading", "closing", "closed", "read"]),
  reference: z.string().optional(),
  openedAt: z.number(),
  /** Invoices sent in it. */
  invoices: z.number(),
  /** Of a batch: where the archive keeps the list of its submissions. */
  manifest: z.string().optional(),
  /** When there is something to do with it next. */
  lookAt: z.number(),
  /** Looks in a row that failed. */
  failures: z.number(),
  /** Of a batch: its submissions say that KSeF has them, which is written only if it takes its time. */
  marked: z.boolean().optional(),
  /** Of a batch: the page of KSeF's list to be read next. */
  page: z.string().optional(),
});
export type Session = z.output<typeof session>;

const desk = z.object({ holder: z.string(), until: z.number(), sessions: z.array(session) });
type DeskItem = z.output<typeof desk>;

/** The sessions of one company and the sole right to act on them, for as long as nobody else has taken it over. */
export interface Desk {
  readonly sessions: readonly Session[];
  readonly until: number;
  /** Each of these is one compare and swap; throws `Overtaken` when somebody else holds the desk. */
  renew(until: number): Promise<void>;
  add(session: Session): Promise<void>;
  update(id: string, change: Partial<Session>): Promise<void>;
  updateEach(change: (session: Session) => Session): Promise<void>;
  remove(id: string): Promise<void>;
  release(): Promise<void>;
}

/**
 * Takes the desk of a company until then, or says until when another holds it; `alone`: nobody else is alive. Lease and sessions are one item on the
 * ledger, so whoever has lost the lease cannot change a session any more.
 */
export async function takeDesk(
  table: Table,
  tenant: string,
  { holder, now, until, alone }: { holder: string; now: number; until: number; alone: boolean },
): Promise<Desk | { heldUntil: number }> {
  const key: Key = { pk: `T#${tenant}`, sk: "desk" };
  const item = await table.get(key);
  const found: DeskItem = item === undefined ? { holder, until: 0, sessions: [] } : desk.parse(item.value);
  if (found.holder !== holder && found.until > now && !alone) return { heldUntil: found.until };
  let current: DeskItem = { ...found, holder, until };
  let version = item?.version ?? 0;
  if (!(await table.put(itemOf(key, current), version))) return { heldUntil: now };
  version++;

  // Several tasks of the holder change the item: one after the other.
  let last: Promise<unknown> = Promise.resolve();
  const change = (by: (before: DeskItem) => DeskItem): Promise<void> => {
    const next = last.then(async () => {
      const changed = by(current);
      if (!(await table.put(itemOf(key, changed), version))) throw new Overtaken();
      current = changed;
      version++;
    });
    last = next.catch(() => undefined);
    return next;
  };
  const sessions = (by: (all: Session[]) => Session[]) =>
    change((before) => ({ ...before, sessions: by(before.sessions) }));
  return {
    get sessions() {
      return current.sessions;
    },
    get until() {
      return current.until;
    },
    renew: (next) => change((before) => ({ ...before, until: next })),
    add: (added) => sessions((all) => [...all, added]),
    update: (id, part) => sessions((all) => all.map((one) => (one.id === id ? { ...one, ...part } : one))),
    updateEach: (by) => sessions((all) => all.map(by)),
    remove: (id) => sessions((all) => all.filter((one) => one.id !== id)),
    release: () => change((before) => ({ ...before, until: 0 })),
  };
}

/** A lease without sessions may vanish once it is over. */
function itemOf(key: Key, value: DeskItem): NewItem {
  return value.sessions.length > 0 ? { ...key, value } : { ...key, value, expiresAt: value.until + dayMs };
}

const dayMs = 24 * 3_600_000;
