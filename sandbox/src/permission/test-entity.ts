import type { State, SubjectIdentifier } from "../state.ts";
import type { Collection } from "../store.ts";

/** A person made for tests: owner of the company with the same NIP, also when identified by PESEL. */
export interface TestPerson {
  nip: string;
  pesel: string;
  isBailiff: boolean;
  isDeceased: boolean;
  description: string;
  createdAt: number;
  removedAt?: number;
}

/** A company made for tests with a role of its own. */
export interface TestEntity {
  nip: string;
  type: "EnforcementAuthority" | "VatGroup" | "JST";
  subunits: { nip: string; description: string }[];
  description: string;
  createdAt: number;
  removedAt?: number;
}

/** A role and, for a subordinate company, under whom. */
export interface Role {
  nip: string;
  role:
    | "CourtBailiff"
    | "EnforcementAuthority"
    | "LocalGovernmentUnit"
    | "LocalGovernmentSubUnit"
    | "VatGroupUnit"
    | "VatGroupSubUnit";
  parentNip?: string;
  description: string;
  startsAt: number;
}

export const testPersons = (state: State): Collection<TestPerson> => state.store.collection("test-person");
export const testEntities = (state: State): Collection<TestEntity> => state.store.collection("test-entity");

/** Every role anyone has now. */
export function roles(state: State): Role[] {
  const bailiffs = testPersons(state)
    .values()
    .filter((person) => person.isBailiff && isThere(person))
    .map(({ nip, description, createdAt }) => role(nip, "CourtBailiff", description, createdAt));
  const entities = testEntities(state).values().filter(isThere).flatMap(rolesOf);
  return [...bailiffs, ...entities];
}

/** All names of the same person: a NIP also stands for the PESEL linked with it, and the other way round. */
export function identities(state: State, subject: SubjectIdentifier): SubjectIdentifier[] {
  const person = findPerson(state, subject);
  if (person === undefined) return [subject];
  return [
    { type: "Nip", value: person.nip },
    { type: "Pesel", value: person.pesel },
  ];
}

/** The test person with this NIP or PESEL. */
export function findPerson(state: State, { type, value }: SubjectIdentifier): TestPerson | undefined {
  return testPersons(state)
    .values()
    .find(
      (person) =>
        isThere(person) &&
        value === { Nip: person.nip, Pesel: person.pesel, Fingerprint: "", PeppolId: "" }[type],
    );
}

function rolesOf({ nip, type, subunits, description, createdAt }: TestEntity): Role[] {
  if (type === "EnforcementAuthority") return [role(nip, type, description, createdAt)];
  const [unit, subunit] =
    type === "JST"
      ? (["LocalGovernmentUnit", "LocalGovernmentSubUnit"] as const)
      : (["VatGroupUnit", "VatGroupSubUnit"] as const);
  const under = subunits.map((below) => ({
    ...role(below.nip, subunit, below.description, createdAt),
    parentNip: nip,
  }));
  return [role(nip, unit, description, createdAt), ...under];
}

function role(nip: string, name: Role["role"], description: string, startsAt: number): Role {
  return { nip, role: name, description, startsAt };
}

const isThere = ({ removedAt }: { removedAt?: number }): boolean => removedAt === undefined;
