import { randomUUID } from "node:crypto";
import { referenceNumber } from "../number.ts";
import { Forbidden, Gone } from "../refusal.ts";
import type { ContextIdentifier, Operation, State } from "../state.ts";
import { permissionStatus, type PermissionCode, type Status } from "../status.ts";
import { grants, type Grant } from "./grant.ts";
import { isSame } from "./identifier.ts";

/** Granting or revoking: judged when it was asked for, in effect when it is over. */
interface PermissionOperation {
  context: ContextIdentifier;
  startedAt: number;
  finalAt: number;
  verdict: PermissionCode;
}

/** What is granted; the rest of a `Grant` follows from the login that gives it. */
export type Draft = Omit<Grant, "id" | "givenIn" | "author" | "startsAt" | "endsAt">;

/** Starts granting; gives the reference number of the operation. What is held already is not granted again. */
export function startGranting(
  state: State,
  login: Operation,
  drafts: Draft[],
  verdict: PermissionCode,
): string {
  const { reference, finalAt } = start(state, login, verdict);
  const author = login.subject;
  if (verdict !== 200 || author === undefined) return reference;
  for (const draft of drafts) {
    const grant: Grant = { ...draft, id: randomUUID(), givenIn: login.context, author, startsAt: finalAt };
    const isKnown = grants(state)
      .values()
      .some((known) => known.endsAt === undefined && isRepeated(known, grant));
    if (!isKnown) grants(state).set(grant.id, grant);
  }
  return reference;
}

/** Starts revoking; gives the reference number of the operation. */
export function startRevoking(
  state: State,
  login: Operation,
  grant: Grant | undefined,
  verdict: PermissionCode,
): string {
  const { reference, finalAt } = start(state, login, verdict);
  if (verdict === 200 && grant !== undefined) grants(state).set(grant.id, { ...grant, endsAt: finalAt });
  return reference;
}

/** The status of an operation of this context. Throws Gone after 30 days. */
export function operationStatus(state: State, context: ContextIdentifier, reference: string): Status {
  const operation = operations(state).get(reference);
  // Nobody learns which numbers exist: the unknown and the foreign are answered alike.
  if (operation === undefined || !isSame(operation.context, context))
    throw new Forbidden("insufficient-resource-access");
  const now = state.clock.now();
  if (now - operation.startedAt > retention) throw new Gone();
  return permissionStatus(now < operation.finalAt ? 100 : operation.verdict);
}

const retention = 30 * 24 * 3600_000;
const operations = (state: State) => state.store.collection<PermissionOperation>("permission-operation");

function start(
  state: State,
  { context }: Operation,
  verdict: PermissionCode,
): { reference: string; finalAt: number } {
  const startedAt = state.clock.now();
  const finalAt = startedAt + state.processing.grantMs;
  const reference = referenceNumber("EG", startedAt);
  operations(state).set(reference, { context, startedAt, finalAt, verdict });
  return { reference, finalAt };
}

function isRepeated(known: Grant, grant: Grant): boolean {
  return (
    known.kind === grant.kind &&
    known.scope === grant.scope &&
    known.canDelegate === grant.canDelegate &&
    isSame(known.context, grant.context) &&
    isSame(known.subject, grant.subject) &&
    isSame(known.target ?? { type: "" }, grant.target ?? { type: "" })
  );
}
