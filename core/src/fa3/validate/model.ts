import { readFileSync } from "node:fs";
import { HubError } from "../../error.ts";
import { parseXml, type XmlElement } from "../../xml.ts";

/** What the official XSD lets stand somewhere: an element, a row of particles, or one of several. */
export type Particle = ElementParticle | GroupParticle;

export interface ElementParticle {
  kind: "element";
  name: string;
  min: number;
  max: number;
  /** Names of its simple type and of the types that one restricts, own first: `TDataT`, `TData`. */
  types: readonly string[];
  /** What it holds; absent for elements of text. */
  content?: GroupParticle;
}

export interface GroupParticle {
  kind: "sequence" | "choice";
  min: number;
  max: number;
  items: Particle[];
}

/** The content model of FA(3), read from the official XSD at the first document that does not match it. */
export function faktura(): ElementParticle {
  return (model ??= readModel());
}

/** The declaration of the element at a path of local names, `["Faktura", "Fa", "P_1"]`. */
export function declarationOf(path: readonly string[]): ElementParticle | undefined {
  let current: ElementParticle | undefined = path[0] === "Faktura" ? faktura() : undefined;
  for (const name of path.slice(1))
    current = childrenOf(current?.content).find((child) => child.name === name);
  return current;
}

/** Every element a content model can hold, in the order of the XSD. */
export function childrenOf(particle: Particle | undefined): ElementParticle[] {
  if (particle === undefined) return [];
  return particle.kind === "element" ? [particle] : particle.items.flatMap((item) => childrenOf(item));
}

/** Where in FA(3) an element of this name may stand: its parents' paths, `Fa/FaWiersz`. */
export function homesOf(name: string): string[] {
  homes ??= collectHomes();
  return homes.get(name) ?? [];
}

let model: ElementParticle | undefined;
let homes: Map<string, string[]> | undefined;

function collectHomes(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const visit = (parent: ElementParticle, path: string): void => {
    for (const child of childrenOf(parent.content)) {
      const at = found.get(child.name) ?? [];
      if (!at.includes(path)) at.push(path);
      found.set(child.name, at);
      visit(child, `${path}/${child.name}`);
    }
  };
  visit(faktura(), "/Faktura");
  return found;
}

function readModel(): ElementParticle {
  const schema = parseXml(read("schemat_FA(3)_v1-0E.xsd"));
  const named = new Map(schema.children.map((child) => [child.attributes["name"], child]));

  const typesOf = (simple: XmlElement | undefined): string[] => {
    const base = local(simple?.children.find(({ name }) => name === "restriction")?.attributes["base"]);
    return base === ""
      ? []
      : [base, ...(base === simple?.attributes["name"] ? [] : typesOf(named.get(base)))];
  };

  const contentOf = (complex: XmlElement): { content?: GroupParticle; types: string[] } => {
    for (const child of complex.children) {
      if (child.name === "sequence" || child.name === "choice") return { content: groupOf(child), types: [] };
      const base = local(child.children[0]?.attributes["base"]);
      const inherited = named.get(base);
      if (child.name === "complexContent" && inherited !== undefined) return contentOf(inherited);
      if (child.name === "simpleContent") return { types: [base, ...typesOf(inherited)] };
    }
    return { types: [] };
  };

  const elementOf = (element: XmlElement): ElementParticle => {
    const type = local(element.attributes["type"]);
    const inline = element.children.find(({ name }) => name.endsWith("Type"));
    const definition = inline ?? named.get(type);
    const complex = definition?.name === "complexType" ? contentOf(definition) : undefined;
    const types = complex?.types ?? [...(type === "" ? [] : [type]), ...typesOf(definition)];
    return {
      kind: "element",
      name: element.attributes["name"] ?? "",
      ...occurrence(element),
      types,
      ...(complex?.content === undefined ? {} : { content: complex.content }),
    };
  };

  const groupOf = (group: XmlElement): GroupParticle => ({
    kind: group.name === "choice" ? "choice" : "sequence",
    ...occurrence(group),
    items: group.children
      .filter(({ name }) => name === "element" || name === "sequence" || name === "choice")
      .map((item) => (item.name === "element" ? elementOf(item) : groupOf(item))),
  });

  const root = named.get("Faktura");
  if (root === undefined) throw new HubError("schema.missing", "The FA(3) schema declares no Faktura.");
  return elementOf(root);
}

const local = (type: string | undefined): string => type?.replace(/^.*:/, "") ?? "";

function occurrence(particle: XmlElement): { min: number; max: number } {
  const { minOccurs = "1", maxOccurs = "1" } = particle.attributes;
  return { min: Number(minOccurs), max: maxOccurs === "unbounded" ? Infinity : Number(maxOccurs) };
}

function read(file: string): Uint8Array {
  try {
    return readFileSync(new URL(`../../../schemas/${file}`, import.meta.url));
  } catch (cause) {
    throw new HubError("schema.missing", `${file} is missing: run "npm run setup".`, { cause });
  }
}
