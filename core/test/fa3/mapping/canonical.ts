import { spawnSync } from "node:child_process";
import { collapse } from "../../../src/model/text.ts";
import { parseXml, type XmlElement } from "../../../src/xml.ts";

/** What counts in a document: elements in their order, names, namespaces, text as its type has it, attributes. */
export interface Canonical {
  name: string;
  namespace: string;
  attributes: [string, string][];
  text: string;
  children: Canonical[];
}

export function canonical(xml: string | Uint8Array): Canonical {
  return of(parseXml(typeof xml === "string" ? new TextEncoder().encode(xml) : xml));
}

/** The types that are `xsd:string`: their white space counts. */
const verbatim = new Set(["StopkaFaktury", "NrRB", "NrID"]);

function of({ name, namespace, attributes, text, children }: XmlElement): Canonical {
  return {
    name,
    namespace,
    // Declarations of namespaces are not content, used or not.
    attributes: Object.entries(attributes).filter(([key]) => !key.startsWith("xmlns")),
    text: verbatim.has(name) ? text : collapse(text),
    children: children.map(of),
  };
}

const schemas = new URL("../../../../../shared/ksef/schemas/FA/", import.meta.url);
const types = "http://crd.gov.pl/xml/schematy/dziedzinowe/mf/2022/01/05/eD/DefinicjeTypy/";

export const hasXmllint = spawnSync("xmllint", ["--version"]).status === 0;

/** What xmllint has against the document; empty when it is valid. */
export function xmllintFaults(xml: string): string {
  // The catalog maps the addresses the schema imports to the folder beside it.
  const catalog = `<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog"><rewriteSystem systemIdStartString="${types}" rewritePrefix="${new URL("bazowe/", schemas).href}"/></catalog>`;
  const script =
    'c=$(mktemp) && printf %s "$CATALOG" >"$c" && XML_CATALOG_FILES="$c" xmllint --nonet --noout --schema "schemat_FA(3)_v1-0E.xsd" -; s=$?; rm "$c"; exit $s';
  const { status, stderr } = spawnSync("sh", ["-c", script], {
    cwd: schemas,
    input: xml,
    encoding: "utf8",
    env: { ...process.env, CATALOG: catalog },
  });
  return status === 0 ? "" : stderr;
}
