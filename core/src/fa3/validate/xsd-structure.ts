import type { XmlElement } from "../../xml.ts";
import { faultOf, type Text, type ValidationFault } from "./fault.ts";
import { childrenOf, declarationOf, homesOf, type ElementParticle, type GroupParticle } from "./model.ts";
import { labelOf } from "./names.ts";
import { pathOf, type Chain } from "./place.ts";
import { diagnose } from "./structure.ts";

/** A structural error of libxml2: at an element it did not take, or at a parent that ended too early. */
export interface StructuralError {
  /** The refused element, or with `ended` the parent that lacks something. */
  chain: Chain;
  ended: boolean;
  line: number | undefined;
  original: string;
}

/** The fault and the local names it is about, which no rule judges any more. */
export function structuralFault(error: StructuralError): { fault: ValidationFault; about: string[] } {
  const parents = error.ended ? error.chain : error.chain.slice(0, -1);
  const parent = parents.at(-1);
  const refused = error.ended ? undefined : error.chain.at(-1);
  const siblings = parent?.children ?? [];
  const content = declarationOf(parents.map(({ name }) => name))?.content;
  const at = { path: pathOf(error.chain), line: error.line, original: error.original };
  const inside = labelOf(parent?.name ?? "Faktura");

  if (refused !== undefined && refused.namespace !== parent?.namespace)
    return {
      fault: faultOf("FA3-XSD-NAMESPACE", "error", ...namespaceTexts(refused.name), at),
      about: [refused.name],
    };
  if (content === undefined)
    return {
      fault: faultOf("FA3-XSD-UNEXPECTED", "error", ...unexpectedTexts(refused?.name ?? "", inside), at),
      about: [refused?.name ?? ""],
    };

  const position = refused === undefined ? siblings.length : siblings.indexOf(refused);
  const names = siblings.map(({ name }) => name);
  const found = diagnose(content, names.slice(0, position), refused?.name, names.slice(position + 1));
  const name = refused?.name ?? "";
  const label = labelOf(name);
  switch (found.kind) {
    case "missing": {
      const place = { ...at, path: pathOf(parents) };
      const texts = missingTexts(found.names, inside, refused?.name);
      // With an element all that would be in it is missing; of an empty parent, everything.
      const gone = childrenOf(content).filter(
        (child) => names.length === 0 || found.names.includes(child.name),
      );
      return {
        fault: faultOf("FA3-XSD-MISSING", "error", ...texts, place),
        about: gone.flatMap(namesWithin),
      };
    }
    case "misspelt": {
      const message = {
        en: `There is no element ${name}; did you mean ${labelOf(found.meant).en}?`,
        pl: `Nie ma elementu ${name}; czy chodzi o ${labelOf(found.meant).pl}?`,
      };
      const advice = {
        en: `Write ${found.meant} instead of ${name}.`,
        pl: `Zamień ${name} na ${found.meant}.`,
      };
      return {
        fault: faultOf("FA3-XSD-MISSPELT", "error", message, advice, at),
        about: [name, found.meant, ...under(refused)],
      };
    }
    case "order": {
      const before = found.side === "before";
      const message = {
        en: `${label.en} stands in the wrong place: it belongs ${before ? "before" : "after"} ${found.neighbour}.`,
        pl: `${label.pl} stoi w złym miejscu: powinno być ${before ? "przed" : "po"} ${found.neighbour}.`,
      };
      const advice = {
        en: `Move ${name} ${before ? "in front of" : "behind"} ${found.neighbour}; the order of the elements is fixed.`,
        pl: `Przenieś ${name} ${before ? "przed" : "za"} ${found.neighbour}; kolejność elementów jest stała.`,
      };
      return { fault: faultOf("FA3-XSD-ORDER", "error", message, advice, at), about: [] };
    }
    case "duplicate": {
      const { most } = found;
      const message = {
        en: `${label.en} is there too often: at most ${most} in ${inside.en}.`,
        pl: `${label.pl} występuje za dużo razy: najwyżej ${most} w ${inside.pl}.`,
      };
      const advice = { en: `Remove the superfluous ${name}.`, pl: `Usuń nadmiarowy element ${name}.` };
      return {
        fault: faultOf("FA3-XSD-DUPLICATE", "error", message, advice, at),
        about: [name, ...under(refused)],
      };
    }
    case "choice": {
      const taken = labelOf(found.taken);
      const message = {
        en: `${label.en} cannot stand beside ${taken.en}: only one of the two is allowed.`,
        pl: `${label.pl} nie może wystąpić obok ${taken.pl}: dozwolone jest tylko jedno z nich.`,
      };
      const advice = {
        en: `Keep either ${found.taken} or ${name}.`,
        pl: `Zostaw ${found.taken} albo ${name}.`,
      };
      return { fault: faultOf("FA3-XSD-CHOICE", "error", message, advice, at), about: [name, found.taken] };
    }
    case "unknown":
      return {
        fault: faultOf("FA3-XSD-UNEXPECTED", "error", ...unexpectedTexts(name, inside), at),
        about: [name, ...under(refused), ...perhapsMeant(name, content, names)],
      };
  }
}

const namesWithin = (declaration: ElementParticle): string[] => [
  declaration.name,
  ...childrenOf(declaration.content).flatMap(namesWithin),
];

/** A name of no element at all may stand for any that is absent: no rule shall miss those too. */
function perhapsMeant(name: string, content: GroupParticle, present: readonly string[]): string[] {
  if (homesOf(name).length > 0) return [];
  return childrenOf(content)
    .map((child) => child.name)
    .filter((one) => !present.includes(one));
}

function under(element: XmlElement | undefined): string[] {
  return element?.children.flatMap((child) => [child.name, ...under(child)]) ?? [];
}

function namespaceTexts(name: string): [Text, Text] {
  return [
    {
      en: `${labelOf(name).en} is in another namespace than the invoice.`,
      pl: `${labelOf(name).pl} należy do innej przestrzeni nazw niż faktura.`,
    },
    {
      en: "Put all elements into the namespace http://crd.gov.pl/wzor/2025/06/25/13775/.",
      pl: "Umieść wszystkie elementy w przestrzeni nazw http://crd.gov.pl/wzor/2025/06/25/13775/.",
    },
  ];
}

function missingTexts(names: string[], inside: Text, before: string | undefined): [Text, Text] {
  const en = names.map((name) => labelOf(name).en).join(", ") || "A required element";
  const pl = names.map((name) => labelOf(name).pl).join(", ") || "wymaganego elementu";
  const many = names.length > 1;
  const list = names.join(", ");
  return [
    {
      en: `${en} ${many ? "are" : "is"} missing ${before === undefined ? `in ${inside.en}` : `before ${before}`}.`,
      pl: `Brakuje: ${pl} ${before === undefined ? `w ${inside.pl}` : `przed ${before}`}.`,
    },
    {
      en: `Add ${list || "the missing element"}${before === undefined ? "" : ` in front of ${before}`}.`,
      pl: `Dodaj ${list || "brakujący element"}${before === undefined ? "" : ` przed ${before}`}.`,
    },
  ];
}

function unexpectedTexts(name: string, inside: Text): [Text, Text] {
  const homes = homesOf(name).slice(0, 3);
  const places = homes.join(", ");
  return [
    {
      en: `${labelOf(name).en} is not allowed in ${inside.en}.`,
      pl: `${labelOf(name).pl}: ten element nie jest dozwolony w ${inside.pl}.`,
    },
    homes.length > 0
      ? {
          en: `It belongs in ${places}: move or remove it.`,
          pl: `Jego miejsce to ${places}: przenieś go lub usuń.`,
        }
      : { en: `FA (3) has no element ${name}: remove it.`, pl: `FA (3) nie zna elementu ${name}: usuń go.` },
  ];
}
