import type { Fault } from "../../error.ts";
import type { OpenXml } from "../../xml.ts";
import { schemaFaults } from "../schema.ts";
import { faultOf, type Text, type ValidationFault } from "./fault.ts";
import { labelOf } from "./names.ts";
import { locate, pathOf, type Chain } from "./place.ts";
import { structuralFault } from "./xsd-structure.ts";
import { valueFault, type ValueError } from "./xsd-values.ts";

export interface SchemaVerdict {
  faults: ValidationFault[];
  /** Local names of what the schema refused: rules about them stay silent. */
  refused: ReadonlySet<string>;
}

const none: SchemaVerdict = { faults: [], refused: new Set() };

/** What the official XSD has against a document, in sentences a bookkeeper understands. */
export function judgeBySchema({ root, document }: OpenXml): SchemaVerdict {
  const errors = schemaFaults(document, "FA (3)");
  if (errors.length === 0) return none;
  const faults: ValidationFault[] = [];
  const refused = new Set<string>();
  const values = new Map<string, ValueError & { at: number }>();
  for (const error of errors) {
    const original = error.message;
    const { chain, attribute: step } = locate(root, error.path ?? "");
    const attribute = /^Element '[^']*', attribute '(?:\{[^}]*\})?([^']+)'/.exec(original)?.[1] ?? step;
    const line = error.line;
    const name = chain.at(-1)?.name ?? "";
    const ended = / Missing child element\(s\)\./.test(original);
    if (ended || / This element is not expected\./.test(original)) {
      const { fault, about } = structuralFault({ chain, ended, line, original });
      faults.push(fault);
      for (const one of about) refused.add(one);
    } else if (aboutValue.test(original)) {
      const key = `${pathOf(chain)}@${attribute ?? ""}`;
      const known = values.get(key);
      if (known !== undefined) known.originals.push(original);
      else {
        values.set(key, { chain, attribute, line, originals: [original], at: faults.length });
        faults.push(otherFault(error, chain, attribute));
        refused.add(name);
      }
    } else {
      faults.push(otherFault(error, chain, attribute));
      refused.add(name);
    }
  }
  for (const value of values.values()) faults[value.at] = valueFault(value);
  return { faults, refused };
}

const aboutValue = /\[facet '|is not a valid value of the|fixed value constraint/;

const others: { sign: RegExp; code: string; texts: (label: Text, attribute: string) => [Text, Text] }[] = [
  {
    sign: /The attribute '.*' is not allowed/,
    code: "FA3-XSD-ATTRIBUTE",
    texts: (label, attribute) => [
      { en: `${label.en} has no attribute ${attribute}.`, pl: `${label.pl} nie ma atrybutu ${attribute}.` },
      { en: `Remove the attribute ${attribute}.`, pl: `Usuń atrybut ${attribute}.` },
    ],
  },
  {
    sign: /The attribute '.*' is required but missing/,
    code: "FA3-XSD-ATTRIBUTE",
    texts: (label, attribute) => [
      {
        en: `${label.en} lacks the attribute ${attribute}.`,
        pl: `${label.pl}: brakuje atrybutu ${attribute}.`,
      },
      { en: `Add the attribute ${attribute}.`, pl: `Dodaj atrybut ${attribute}.` },
    ],
  },
  {
    sign: /Character content/,
    code: "FA3-XSD-TEXT",
    texts: (label) => [
      {
        en: `${label.en} holds elements only, but there is text between them.`,
        pl: `${label.pl} zawiera tylko elementy, a między nimi jest tekst.`,
      },
      {
        en: "Remove the text, or put it into its own element.",
        pl: "Usuń tekst albo przenieś go do właściwego elementu.",
      },
    ],
  },
  {
    sign: /Element content is not allowed/,
    code: "FA3-XSD-CONTENT",
    texts: (label) => [
      {
        en: `${label.en} takes a value, not elements.`,
        pl: `${label.pl} przyjmuje wartość, a nie elementy.`,
      },
      { en: "Replace the elements inside by the value.", pl: "Zastąp elementy w środku wartością." },
    ],
  },
  {
    sign: /nillable|XMLSchema-instance/,
    code: "FA3-XSD-ATTRIBUTE",
    texts: (label) => [
      {
        en: `${label.en} carries xsi:nil or xsi:type, which FA (3) does not take.`,
        pl: `${label.pl} ma atrybut xsi:nil lub xsi:type, którego FA (3) nie przyjmuje.`,
      },
      { en: "Remove the xsi attribute.", pl: "Usuń atrybut xsi." },
    ],
  },
  {
    // An error of libxml2's parser, not of the schema: our own parser is more lenient about namespaces.
    sign: /^(?!Element ')/,
    code: "xml.malformed",
    texts: () => [
      {
        en: "A name or a namespace is not well-formed XML.",
        pl: "Nazwa lub przestrzeń nazw nie jest poprawna w XML.",
      },
      {
        en: "Declare the prefix, or write the name without a colon.",
        pl: "Zadeklaruj prefiks albo zapisz nazwę bez dwukropka.",
      },
    ],
  },
];

function otherFault(error: Fault, chain: Chain, named: string | undefined): ValidationFault {
  const original = error.message;
  const attribute = named ?? / attribute '(?:\{[^}]*\})?([^']+)'/.exec(original)?.[1] ?? "";
  const label = labelOf(chain.at(-1)?.name ?? "");
  const at = { path: pathOf(chain), line: error.line, original };
  const other = others.find(({ sign }) => sign.test(original));
  const [message, advice] = other?.texts(label, attribute) ?? [
    { en: `${label.en} does not match the schema.`, pl: `${label.pl} jest niezgodne ze schematem.` },
    { en: "See the original sentence of the parser.", pl: "Zobacz oryginalny komunikat parsera." },
  ];
  return faultOf(other?.code ?? "FA3-XSD-OTHER", "error", message, advice, at);
}
