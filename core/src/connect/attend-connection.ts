import * as z from "zod";
import type { Host, Source } from "../connector.ts";
import type { Engine } from "../engine.ts";
import { HubError, toHubError } from "../error.ts";
import { each } from "../dispatch/office.ts";
import type { Key } from "../ports.ts";
import type { Submission } from "../submission.ts";
import type { Connection, Connections } from "./connections.ts";
import { followRecord } from "./follow-record.ts";
import type { Records } from "./records.ts";
import { vendorGate, type VendorGate } from "./vendor-gate.ts";

/** What the connections of a process work with. */
export interface Attendance {
  engine: Engine;
  connections: Connections;
  records: Records;
  /** Those that are open in this process, with what they remember of the vendor's limits and of their last polls. */
  open: Map<string, { as: string; source: Source; gate: VendorGate }>;
  accessToken: (connection: Connection) => Host["accessToken"];
  upoUrl: (submission: Submission) => Promise<string>;
  signal: AbortSignal;
}

/** Where the polling of a connection is. `until`: the lease of the worker that polls. */
const place = z.object({
  cursor: z.string().optional(),
  polledAt: z.number(),
  until: z.number(),
  failures: z.number(),
  problem: z.object({ code: z.string(), message: z.string() }).optional(),
});

/** The connection at work. Throws `hub.config` when its configuration no longer fits its connector. */
export async function openSource(attendance: Attendance, connection: Connection): Promise<Source> {
  const { engine, connections, open, signal } = attendance;
  const connector = connections.connectorOf(connection);
  const name = `${connection.tenant}/${connection.id}`;
  const as = JSON.stringify([connection, await connections.versionOf(connection)]);
  const known = open.get(name);
  if (known?.as === as) return known.source;
  const gate = known?.gate ?? vendorGate(connector.limits, engine.clock);
  const source = connector.connect(await connections.configOf(connection), {
    clock: engine.clock,
    signal,
    call: (work) => gate(work, { signal, deadlineMs: engine.timing.deadlineMs }),
    accessToken: attendance.accessToken(connection),
  });
  open.set(name, { as, source, gate });
  return source;
}

/**
 * Does once what there is to do for a connection: asks the system what is new if that is due, and takes every record that
 * is due a step further. What fails of one record keeps no other from its turn.
 */
export async function attendConnection(attendance: Attendance, connection: Connection): Promise<void> {
  if (connection.state === "paused") return;
  const { engine, records, upoUrl, signal } = attendance;
  const source = await openSource(attendance, connection);
  if (source.poll !== undefined) await pollOnce(attendance, connection, source);
  const of = { tenant: connection.tenant, connection: connection.id };
  const due = await Array.fromAsync(records.due(of, engine.clock.now()));
  const desk = { engine, connection, source, records, upoUrl };
  await each(due, sideBySide, (record) => (signal.aborted ? Promise.resolve() : followRecord(desk, record)));
}

/** Each page is on the ledger before its cursor is: after a crash it comes again, and nothing is missed. */
async function pollOnce(
  { engine, records, signal }: Attendance,
  connection: Connection,
  source: Source,
): Promise<void> {
  const { table, clock, timing } = engine;
  const key = placeOf(connection);
  const item = await table.get(key);
  const now = clock.now();
  const before = item === undefined ? { polledAt: 0, until: 0, failures: 0 } : place.parse(item.value);
  const pause = before.failures === 0 ? pollMs : Math.min(timing.backoffMs * 2 ** before.failures, pollMs);
  if (before.until > now || before.polledAt + pause > now) return;
  let at: z.output<typeof place> = { ...before, until: now + leaseMs };
  let version = item?.version ?? 0;
  const save = async (change: Partial<typeof at>): Promise<boolean> => {
    at = { ...at, ...change };
    const saved = await table.put({ ...key, value: JSON.parse(JSON.stringify(at)) }, version);
    version += 1;
    return saved;
  };
  if (!(await save({}))) return;
  const of = { tenant: connection.tenant, connection: connection.id };
  try {
    for await (const { refs, cursor } of source.poll?.(at.cursor) ?? []) {
      await each(refs, sideBySide, (ref) => records.see(of, ref, clock.now()));
      if (!(await save({ cursor, until: clock.now() + leaseMs })) || signal.aborted) return;
    }
    await save({ polledAt: clock.now(), until: 0, failures: 0, problem: undefined });
  } catch (thrown) {
    const { code, message } = toHubError(thrown);
    const { tenant } = connection;
    if (at.failures === 0)
      engine.log({ level: "warn", code, message: `Connection ${connection.id}: ${message}`, tenant });
    await save({ polledAt: clock.now(), until: 0, failures: at.failures + 1, problem: { code, message } });
  }
}

/** What a person has changed in the mapping may be what was missing. */
export async function lookAtHeld({ engine, records }: Attendance, connection: Connection): Promise<number> {
  const of = { tenant: connection.tenant, connection: connection.id };
  const held = await Array.fromAsync(records.held(of));
  await each(held, sideBySide, ({ ref }) => records.see(of, ref, engine.clock.now()));
  return held.length;
}

/**
 * Takes a webhook in: the raw event is in the archive and its records are on the ledger before it is answered. Throws
 * `webhook.refused`; answers 404 where the connector takes none.
 */
export async function takeWebhook(
  attendance: Attendance,
  connection: Connection,
  request: Parameters<NonNullable<Source["webhook"]>>[0],
): Promise<Response> {
  const { engine, records } = attendance;
  const source = await openSource(attendance, connection);
  if (source.webhook === undefined)
    throw new HubError("request.not-found", "This connection takes no events.");
  const answer = await source.webhook(request);
  if (answer instanceof Response) return answer;
  const { tenant, id } = connection;
  const day = new Date(request.receivedAt).toISOString().slice(0, 10);
  await engine.archive.put(`${tenant}/connections/${id}/events/${day}/${crypto.randomUUID()}`, request.body);
  await each(answer, sideBySide, (ref) => records.see({ tenant, connection: id }, ref, engine.clock.now()));
  return new Response(undefined, { status: 200 });
}

const placeOf = ({ tenant, id }: Connection): Key => ({ pk: `T#${tenant}`, sk: `poll#${id}` });

const sideBySide = 8;
const pollMs = 60_000;
/** Of a page: one that takes longer is asked for by another worker as well, which does no harm. */
const leaseMs = 120_000;
