import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromFa3 } from "../../../src/fa3/from-fa3.ts";
import { mappingTable } from "../../../src/fa3/mapping/invoice.ts";
import { schemaFaults } from "../../../src/fa3/schema.ts";
import { toFa3 } from "../../../src/fa3/to-fa3.ts";
import { kinds } from "../../../src/model.ts";
import { parseXml, type XmlElement } from "../../../src/xml.ts";
import { anyInvoice } from "./arbitrary.ts";

const written = new Set<string>();

describe("any invoice the model takes", () => {
  for (const [index, kind] of kinds.entries()) {
    it(`${kind}: is a valid document, and is read as it was`, { timeout: 30_000 }, () => {
      const property = fc.property(anyInvoice(kind), (invoice) => {
        const bytes = new TextEncoder().encode(toFa3(invoice));
        expect(schemaFaults(bytes, "FA (3)")).toEqual([]);
        expect(said(fromFa3(bytes))).toEqual(said(invoice));
        note(parseXml(bytes), "");
      });
      fc.assert(property, { seed: 2026 + index, numRuns: 400 });
    });
  }

  it("has used every entry of the mapping", () => {
    const unused = mappingTable().filter(({ element }) => !written.has(element));
    expect(unused).toEqual([]);
  });
});

/** Without what says nothing: absent fields, `false`, empty lists and empty objects. */
function said(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(said).filter(says);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, said(item)] as const)
      .filter(([, item]) => says(item)),
  );
}

function says(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return value !== undefined && value !== false;
}

function note({ name, attributes, children }: XmlElement, above: string): void {
  const path = above + name;
  written.add(path);
  for (const attribute of Object.keys(attributes)) written.add(`${path}/@${attribute}`);
  for (const child of children) note(child, `${path}/`);
}
