import { randomUUID } from "node:crypto";
import { Refusal } from "../refusal.ts";
import type { ContextIdentifier, State, SubjectIdentifier } from "../state.ts";
import { grants, type Grant } from "./grant.ts";
import { isSame } from "./identifier.ts";
import { testEntities, testPersons, type TestEntity, type TestPerson } from "./test-entity.ts";

/** Makes a test person or company; 30001 while it is there, 21405 when made again with a date not after the last. */
export function makeTestPerson(state: State, person: TestPerson): void {
  refuseRepeated(testPersons(state).get(person.nip), person);
  testPersons(state).set(person.nip, person);
}

export function makeTestEntity(state: State, entity: TestEntity): void {
  refuseRepeated(testEntities(state).get(entity.nip), entity);
  testEntities(state).set(entity.nip, entity);
}

/** Removes the person and takes back everything granted to it. */
export function removeTestPerson(state: State, nip: string): void {
  const person = testPersons(state).get(nip);
  if (person === undefined || person.removedAt !== undefined) return;
  testPersons(state).set(nip, { ...person, removedAt: state.clock.now() });
  const names = [
    { type: "Nip", value: person.nip },
    { type: "Pesel", value: person.pesel },
  ];
  endGrants(state, ({ subject }) => names.some((name) => isSame(name, subject)));
}

export function removeTestEntity(state: State, nip: string): void {
  const entity = testEntities(state).get(nip);
  if (entity === undefined || entity.removedAt !== undefined) return;
  testEntities(state).set(nip, { ...entity, removedAt: state.clock.now() });
}

/** Grants by the system, at once. */
export function grantForTests(
  state: State,
  context: ContextIdentifier,
  subject: SubjectIdentifier,
  permissions: { permissionType: string; description: string }[],
): void {
  for (const { permissionType: scope, description } of permissions) {
    const grant: Grant = {
      id: randomUUID(),
      kind: "direct",
      scope,
      context,
      givenIn: context,
      subject,
      author: { type: "System" },
      description,
      canDelegate: false,
      startsAt: state.clock.now(),
      details: {},
    };
    grants(state).set(grant.id, grant);
  }
}

/** Takes back everything this subject was granted in this context. */
export function revokeForTests(state: State, context: ContextIdentifier, subject: SubjectIdentifier): void {
  endGrants(state, (grant) => isSame(grant.context, context) && isSame(grant.subject, subject));
}

function refuseRepeated(
  known: { createdAt: number; removedAt?: number } | undefined,
  made: { createdAt: number },
): void {
  if (known === undefined) return;
  if (known.removedAt === undefined) throw new Refusal(30001);
  if (made.createdAt <= known.createdAt)
    throw new Refusal(21405, "createdDate musi być późniejsza niż poprzednia.");
}

function endGrants(state: State, isMeant: (grant: Grant) => boolean): void {
  const now = state.clock.now();
  for (const grant of grants(state).values())
    if (isMeant(grant) && (grant.endsAt ?? Infinity) > now)
      grants(state).set(grant.id, { ...grant, endsAt: now });
}
