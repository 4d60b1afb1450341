import type { Context } from "hono";
import * as z from "zod";
import { isoTime } from "./iso.ts";
import { page } from "./page.ts";
import { isHeld } from "./permission/effective.ts";
import { isSame } from "./permission/identifier.ts";
import { parse } from "./refusal.ts";
import { sessionKind, sessionNow, type SessionNow } from "./session.ts";
import type { Operation, Session, State } from "./state.ts";
import type { Env } from "./token.ts";

/** `SessionsQueryResponse`: the sessions of a context that the query asks for, newest first. */
export function listSessions(state: State, c: Context<Env>): Record<string, unknown> {
  const { operation, permissions } = c.var;
  // Who may only send sees what the same person or company sent.
  const seesAll = isHeld(permissions, "Introspection") || isHeld(permissions, "EnforcementOperations");
  const filter = parse(filterSchema, { ...c.req.query(), statuses: c.req.queries("statuses") });
  const found = state.sessions
    .values()
    .filter(
      (session) =>
        isSame(session.context, operation.context) &&
        sessionKind(session) === filter.sessionType &&
        (seesAll || isOwn(session, operation)),
    )
    .map((session) => ({ session, now: sessionNow(state, session) }))
    .filter(({ session, now }) => matches(filter, session, now))
    .toReversed();
  const { items, next } = page(
    c,
    `sessions-${operation.context.value}-${filter.sessionType}`,
    found,
    ({ session }) => -session.sequence,
  );
  return { continuationToken: next, sessions: items.map(({ session, now }) => view(session, now)) };
}

const date = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .optional();
const statusNames = z.enum(["InProgress", "Succeeded", "Failed", "Cancelled"]);
const filterSchema = z.object({
  sessionType: z.enum(["Online", "Batch"]),
  referenceNumber: z.string().length(36).optional(),
  dateCreatedFrom: date,
  dateCreatedTo: date,
  dateClosedFrom: date,
  dateClosedTo: date,
  dateModifiedFrom: date,
  dateModifiedTo: date,
  statuses: z.array(statusNames).optional(),
});
type Filter = z.output<typeof filterSchema>;

function matches(filter: Filter, session: Session, now: SessionNow): boolean {
  return (
    (filter.referenceNumber === undefined || filter.referenceNumber === session.referenceNumber) &&
    between(session.openedAt, filter.dateCreatedFrom, filter.dateCreatedTo) &&
    between(now.closedAt, filter.dateClosedFrom, filter.dateClosedTo) &&
    between(now.updatedAt, filter.dateModifiedFrom, filter.dateModifiedTo) &&
    (filter.statuses === undefined || filter.statuses.includes(category(now.status.code)))
  );
}

function isOwn({ subject }: Session, operation: Operation): boolean {
  return subject !== undefined && operation.subject !== undefined && isSame(subject, operation.subject);
}

function between(at: number | undefined, from: number | undefined, to: number | undefined): boolean {
  if (from === undefined && to === undefined) return true;
  return at !== undefined && at >= (from ?? -Infinity) && at <= (to ?? Infinity);
}

function category(code: number): z.output<typeof statusNames> {
  if (code < 200) return "InProgress";
  if (code === 200) return "Succeeded";
  return code === 440 ? "Cancelled" : "Failed";
}

function view(session: Session, now: SessionNow): Record<string, unknown> {
  return {
    referenceNumber: session.referenceNumber,
    status: now.status,
    dateCreated: isoTime(session.openedAt),
    dateUpdated: isoTime(now.updatedAt),
    validUntil: isoTime(session.validUntil),
    totalInvoiceCount: now.invoiceCount,
    successfulInvoiceCount: now.successful,
    failedInvoiceCount: now.failed,
  };
}
