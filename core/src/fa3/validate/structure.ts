import { childrenOf, type GroupParticle, type Particle } from "./model.ts";
import { nearest } from "./nearest.ts";

/** Why an element is not allowed where it stands, or what its parent lacks. */
export type Diagnosis =
  | { kind: "missing"; names: string[] }
  | { kind: "misspelt"; meant: string }
  | { kind: "order"; side: "before" | "after"; neighbour: string }
  | { kind: "duplicate"; most: number }
  | { kind: "choice"; taken: string }
  | { kind: "unknown" };

/**
 * libxml2 says only "not expected" and names at most ten elements it would take; the content model says the rest.
 * `before` are the names of the siblings it took, `refused` the one it did not take (undefined: the parent ended
 * too early), `after` those behind it.
 */
export function diagnose(
  content: GroupParticle,
  before: readonly string[],
  refused: string | undefined,
  after: readonly string[],
): Diagnosis {
  const allowed = childrenOf(content);
  const missing = missingUpTo(
    content,
    refused === undefined ? before : [...before, refused],
    refused !== undefined,
  );
  if (refused === undefined) return { kind: "missing", names: missing };

  const declaration = allowed.find(({ name }) => name === refused);
  if (declaration === undefined) {
    const seen = new Set(before);
    const free = allowed.filter(({ name, max }) => max > 1 || !seen.has(name)).map(({ name }) => name);
    const meant = nearest(refused, free);
    return meant === undefined ? { kind: "unknown" } : { kind: "misspelt", meant };
  }
  if (before.filter((name) => name === refused).length >= declaration.max)
    return { kind: "duplicate", most: declaration.max };
  const taken = takenInstead(content, before, refused);
  if (taken !== undefined) return { kind: "choice", taken };
  const order = allowed.map(({ name }) => name);
  const late = before.find((name) => order.indexOf(name) > order.indexOf(refused));
  if (late !== undefined) return { kind: "order", side: "before", neighbour: late };
  const further = missing.findLast((name) => after.includes(name));
  if (further !== undefined) return { kind: "order", side: "after", neighbour: further };
  return missing.length > 0 ? { kind: "missing", names: missing } : { kind: "unknown" };
}

/** The required elements that are absent among `names`, or, with `stop`, before the last of them. */
function missingUpTo(content: GroupParticle, names: readonly string[], stop: boolean): string[] {
  const missing: string[] = [];
  let next = 0;
  const done = (): boolean => stop && next >= names.length;
  const has = (particle: Particle): boolean => childrenOf(particle).some(({ name }) => name === names[next]);

  const read = (particle: Particle): void => {
    if (done()) return;
    if (particle.kind === "element") {
      let count = 0;
      for (; names[next] === particle.name && count < particle.max; count++) next++;
      if (count < particle.min) missing.push(particle.name);
      return;
    }
    if (particle.min === 0 && !has(particle)) return;
    if (particle.kind === "sequence") return particle.items.forEach(read);
    const branch = particle.items.find(has);
    if (branch !== undefined) return read(branch);
    if (particle.items.some(isOptional)) return;
    // Nothing of a required choice is there: any of its first elements would do.
    missing.push(
      ...new Set(particle.items.map((item) => childrenOf(item).find(({ min }) => min > 0)?.name ?? "")),
    );
  };
  read(content);
  return missing.filter((name) => name !== "");
}

const isOptional = (particle: Particle): boolean =>
  particle.min === 0 ||
  (particle.kind === "sequence" && particle.items.every(isOptional)) ||
  (particle.kind === "choice" && particle.items.some(isOptional));

/** The sibling that took the other branch of a choice, if that is why `refused` cannot stand. */
function takenInstead(
  content: GroupParticle,
  before: readonly string[],
  refused: string,
): string | undefined {
  for (const item of content.items) {
    if (item.kind === "element" || !holds(item, refused)) continue;
    const inner = takenInstead(item, before, refused);
    if (inner !== undefined) return inner;
    if (item.kind === "choice") return rival(item);
  }
  return content.kind === "choice" ? rival(content) : undefined;

  function rival(choice: GroupParticle): string | undefined {
    const own = choice.items.find((branch) => holds(branch, refused));
    if (own === undefined) return undefined;
    return before.find((name) => !holds(own, name) && choice.items.some((branch) => holds(branch, name)));
  }
}

const holds = (particle: Particle, name: string): boolean =>
  childrenOf(particle).some((element) => element.name === name);
