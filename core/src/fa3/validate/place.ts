import type { XmlElement } from "../../xml.ts";

/** An element with its ancestors, root first; the element itself is the last. */
export type Chain = readonly XmlElement[];

/**
 * The element libxml2 means by a path such as `/*\/*[4]/fa:Fa[1]/@typ`: `*` counts all elements (a default namespace),
 * a name counts those of that name. The longest part that exists is returned; `attribute` is the last step's name.
 */
export function locate(root: XmlElement, xpath: string): { chain: Chain; attribute?: string } {
  const chain = [root];
  for (const step of xpath.split("/").slice(2)) {
    if (step.startsWith("@")) return { chain, attribute: step.slice(1).replace(/^.*:/, "") };
    const [, name = "*", position = "1"] = /^(?:[^:[]*:)?([^[]+)(?:\[(\d+)\])?$/.exec(step) ?? [];
    const children = chain.at(-1)?.children ?? [];
    const same = name === "*" ? children : children.filter((child) => child.name === name);
    const next = same[Number(position) - 1];
    if (next === undefined) break;
    chain.push(next);
  }
  return { chain };
}

/** `/Faktura/Fa/FaWiersz[2]/P_12`: a position where an element repeats among its siblings, counted from 1. */
export function pathOf(chain: Chain): string {
  return chain
    .map((element, depth) => {
      const parent = chain[depth - 1];
      return parent === undefined ? `/${element.name}` : (stepsOf(parent).get(element) ?? "");
    })
    .join("");
}

/** The paths of some elements of a document, found in one walk. */
export function pathsOf(root: XmlElement, wanted: ReadonlySet<XmlElement>): Map<XmlElement, string> {
  const found = new Map<XmlElement, string>();
  const visit = (element: XmlElement, path: string): void => {
    if (wanted.has(element)) found.set(element, path);
    if (element.children.length === 0 || found.size === wanted.size) return;
    for (const [child, step] of stepsOf(element)) visit(child, path + step);
  };
  visit(root, `/${root.name}`);
  return found;
}

/** Counted once per parent: an invoice of ten thousand lines may have a fault in each. */
const counted = new WeakMap<XmlElement, Map<XmlElement, string>>();

function stepsOf(parent: XmlElement): Map<XmlElement, string> {
  let steps = counted.get(parent);
  if (steps !== undefined) return steps;
  const totals = new Map<string, number>();
  for (const { name } of parent.children) totals.set(name, (totals.get(name) ?? 0) + 1);
  const seen = new Map<string, number>();
  steps = new Map();
  for (const child of parent.children) {
    const position = (seen.get(child.name) ?? 0) + 1;
    seen.set(child.name, position);
    steps.set(child, totals.get(child.name) === 1 ? `/${child.name}` : `/${child.name}[${position}]`);
  }
  counted.set(parent, steps);
  return steps;
}
