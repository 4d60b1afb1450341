import { createHash } from "node:crypto";
import type { State } from "../state.ts";
import { requestInProgress } from "./in-progress.ts";
import type { Fault, FaultKind } from "./fault.ts";
import type { FaultRule } from "./rule.ts";

/** A rule in force, with what became of it so far. */
export interface StandingFault extends FaultRule {
  id: string;
  addedAt: number;
  matched: number;
  /** How often it struck. */
  struck: number;
}

/** The standing rules by their id, in the order in which they were added. */
export const standingFaults = (state: State) => state.store.collection<StandingFault>("fault");

/** Adds a rule; one with the same id is replaced and begins anew. */
export function addFault(state: State, rule: FaultRule): StandingFault {
  const rules = standingFaults(state);
  const id = rule.id ?? freeId(state);
  rules.delete(id);
  const standing = { ...rule, id, addedAt: state.clock.now(), matched: 0, struck: 0 };
  rules.set(id, standing);
  return standing;
}

/**
 * The fault of one of these kinds that strikes now, if any: that of the request itself first, then the standing rules
 * from the oldest on. What matches is counted, and so is what strikes. Without a request in progress only rules that
 * name none match.
 */
export function strike<K extends FaultKind>(
  state: State,
  kinds: readonly K[],
  subject: { nip?: string | undefined; number?: string | undefined } = {},
): Extract<Fault, { kind: K }> | undefined {
  const rules = standingFaults(state);
  const request = requestInProgress();
  if (rules.size === 0 && request?.oneOff === undefined) return undefined;
  const wanted = (fault: Fault): fault is Extract<Fault, { kind: K }> =>
    (kinds as readonly FaultKind[]).includes(fault.kind);

  const oneOff = request?.oneOff;
  if (request !== undefined && oneOff !== undefined && wanted(oneOff)) {
    delete request.oneOff;
    return oneOff;
  }
  const outage = rules.get("outage");
  for (const rule of outage === undefined ? rules.values() : [outage, ...rules.values()]) {
    const { fault } = rule;
    if (!wanted(fault) || !isInForce(state, rule) || !matches(rule.on, { ...request, ...subject })) continue;
    const matched = rule.matched + 1;
    const strikes = matched > rule.skip && isLikely(state, rule, matched);
    rules.set(rule.id, { ...rule, matched, struck: rule.struck + Number(strikes) });
    if (strikes) return fault;
  }
  return undefined;
}

function freeId(state: State): string {
  const rules = standingFaults(state);
  let number = rules.size + 1;
  while (rules.get(`fault-${number}`) !== undefined) number += 1;
  return `fault-${number}`;
}

function isInForce(state: State, { times, struck, forMs, addedAt }: StandingFault): boolean {
  return (
    (times === undefined || struck < times) && (forMs === undefined || state.clock.now() < addedAt + forMs)
  );
}

/** The same seed gives the same answers, whatever happens between the matches. */
function isLikely(state: State, { id, probability }: StandingFault, matched: number): boolean {
  if (probability === undefined) return true;
  const digest = createHash("sha256").update(`${state.behaviour.seed}|${id}|${matched}`).digest();
  return digest.readUInt32BE() / 2 ** 32 < probability;
}

type Subject = Partial<Record<keyof FaultRule["on"], string | undefined>>;

function matches({ method, path, nip, number }: FaultRule["on"], subject: Subject): boolean {
  return (
    (method === undefined || method === subject.method) &&
    (nip === undefined || nip === subject.nip) &&
    (number === undefined || number === subject.number) &&
    (path === undefined ? !isBeacon(subject.path) : pattern(path).test(subject.path ?? ""))
  );
}

/** The beacon fails only when it is meant: it is another system. */
const isBeacon = (path: string | undefined): boolean => path?.startsWith("/latarnia/") === true;

function pattern(path: string): RegExp {
  const parts = path.split(/(\*\*|\*)/).map((part) => {
    if (part === "**") return ".*";
    return part === "*" ? "[^/]+" : part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`);
}
