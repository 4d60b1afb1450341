import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { schemaFaults } from "../../../src/fa3/index.ts";
import { validate, type ValidationFault } from "../../../src/fa3/validate/index.ts";
import { parseXml, type XmlElement } from "../../../src/xml.ts";
import { mutantsOf, type Mutant } from "./mutants.ts";

const examples = new URL("../../../../../shared/ksef/fa3-examples/ministry/", import.meta.url);
const schemas = new URL("../../../schemas/", import.meta.url);
const missing = !existsSync(examples);
if (missing) console.log("skipped: the Ministry's example invoices are not here");
const perExample = 250;

const mutants: Mutant[] = missing
  ? []
  : readdirSync(examples)
      .filter((file) => file.endsWith(".xml"))
      .toSorted()
      .flatMap((file, index) => mutantsOf(readFileSync(new URL(file, examples)), perExample, index + 1));

const encode = (xml: string): Uint8Array => new TextEncoder().encode(xml);
const ofSchema = ({ code }: ValidationFault): boolean => code.startsWith("FA3-XSD-");

describe.skipIf(missing)(`${mutants.length} mutants of the Ministry's examples`, () => {
  const verdicts = mutants.map(({ xml }) => validate(encode(xml), { today: "2026-11-22", production: true }));

  it("get the verdict libxml2 gives", () => {
    const judge = spawnSync("xmllint", ["--version"]).status === 0 ? byXmllint : byLibxml2Wasm;
    const taken = judge(mutants);
    const differing = mutants.filter((_, index) => taken[index] === verdicts[index]?.some(ofSchema));
    expect(differing.map(({ operator, xml }) => [operator, xml])).toEqual([]);
    // Not a test of nothing: most mutants are refused, some are not.
    expect(taken.filter((one) => !one).length).toBeGreaterThan(mutants.length / 2);
    expect(taken.filter(Boolean).length).toBeGreaterThan(mutants.length / 50);
  });

  it("have their faults at places that exist, in sentences of both languages", () => {
    for (const [index, { xml }] of mutants.entries()) {
      const root = parseXml(encode(xml));
      for (const fault of verdicts[index] ?? []) {
        const { message, messagePl, advice, advicePl, code, path = "", original = "" } = fault;
        expect([code, path, exists(root, path)]).toEqual([code, path, true]);
        for (const text of [message, messagePl, advice, advicePl]) {
          expect(text.length).toBeGreaterThan(5);
          expect(text).not.toMatch(/\{http|Element '|facet|atomic type|undefined|NaN/);
        }
        expect(message).not.toBe(messagePl);
        expect(original).toMatch(ofSchema(fault) ? /^Element '/ : /^$/);
        expect(fault.line).toBeLessThanOrEqual(xml.split("\n").length);
      }
    }
  });

  it("hardly ever leave the translator without words", () => {
    const faults = verdicts.flat().filter(ofSchema);
    expect(faults.filter(({ code }) => code === "FA3-XSD-OTHER").length).toBe(0);
    expect(new Set(faults.map(({ code }) => code)).size).toBeGreaterThan(12);
  });
});

function exists(root: XmlElement, path: string): boolean {
  const [first, ...steps] = path.split("/").slice(1);
  let current: XmlElement | undefined = first === root.name ? root : undefined;
  for (const step of steps) {
    if (step.startsWith("@")) return current?.attributes[step.slice(1)] !== undefined;
    const [, name, position = "1"] = /^([^[]+)(?:\[(\d+)\])?$/.exec(step) ?? [];
    const same: XmlElement[] = current?.children.filter((child) => child.name === name) ?? [];
    if (!step.includes("[") && same.length > 1) return false;
    current = same[Number(position) - 1];
  }
  return current !== undefined;
}

function byLibxml2Wasm(all: readonly Mutant[]): boolean[] {
  return all.map(({ xml }) => schemaFaults(encode(xml), "FA (3)").length === 0);
}

/** One process for all of them; the catalog maps the addresses the schema imports to the folder beside it. */
function byXmllint(all: readonly Mutant[]): boolean[] {
  const folder = mkdtempSync(join(tmpdir(), "mutants-"));
  try {
    const types = "http://crd.gov.pl/xml/schematy/dziedzinowe/mf/2022/01/05/eD/DefinicjeTypy/";
    const catalog = `<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog"><rewriteSystem systemIdStartString="${types}" rewritePrefix="${new URL("bazowe/", schemas).href}"/></catalog>`;
    writeFileSync(join(folder, "catalog.xml"), catalog);
    const files = all.map(({ xml }, index) => {
      writeFileSync(join(folder, `${index}.xml`), xml);
      return `${index}.xml`;
    });
    const schema = fileURLToPath(new URL("schemat_FA(3)_v1-0E.xsd", schemas));
    const { stderr } = spawnSync("xmllint", ["--nonet", "--noout", "--schema", schema, ...files], {
      cwd: folder,
      env: { ...process.env, XML_CATALOG_FILES: pathToFileURL(join(folder, "catalog.xml")).href },
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    const valid = new Set(stderr.match(/^\d+\.xml(?= validates$)/gm));
    const invalid = new Set(stderr.match(/^\d+\.xml(?= fails to validate$)/gm));
    expect(valid.size + invalid.size).toBe(files.length);
    return files.map((file) => valid.has(file));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
