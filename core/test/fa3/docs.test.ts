import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { documentation, place } from "../../scripts/fa3-docs.ts";
import { exampleJson, exampleXml } from "../../scripts/fa3-docs/example.ts";
import { modelObjects } from "../../scripts/fa3-docs/objects.ts";
import { childrenOf, faktura, type ElementParticle } from "../../src/fa3/validate/model.ts";
import { rules, validate } from "../../src/fa3/validate/index.ts";

const onDisk = readFileSync(place, "utf8");

describe("docs/fa3.md", () => {
  it("is what core/scripts/fa3-docs.ts writes", async () => {
    expect(onDisk).toBe(await documentation());
  });

  it("has every field of the model", () => {
    const missing = modelObjects().flatMap(({ name, fields }) => {
      const section = sectionOf(name);
      return Object.keys(fields)
        .filter((field) => !section.includes(`| \`${field}\` `))
        .map((field) => `${name}.${field}`);
    });

    expect(missing).toEqual([]);
  });

  it("has every element of the official schema", () => {
    const missing: string[] = [];
    const visit = (element: ElementParticle, path: string): void => {
      const children = childrenOf(element.content);
      if (children.length === 0 && !onDisk.includes(`| \`${path}\` `)) missing.push(path);
      for (const child of children) visit(child, `${path}/${child.name}`);
    };
    visit(faktura(), "Faktura");

    expect(missing).toEqual([]);
  });

  it("has every rule, with its advice and source", () => {
    for (const { code, advice, source } of rules) {
      const section = sectionOf(code);
      expect(section).toContain(asText(advice));
      expect(section).toContain(asText(source));
    }
  });

  it("has every code the validator can give", () => {
    const folder = new URL("../../src/fa3/validate/", import.meta.url);
    const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(new URL(file, folder), "utf8"));
    const codes = new Set(
      sources.flatMap((source) => source.match(/"(FA3-[A-Z0-9-]+|xml\.[a-z-]+)"/g) ?? []),
    );

    expect(codes.size).toBeGreaterThan(rules.length);
    expect([...codes].filter((quoted) => !onDisk.includes(quoted.slice(1, -1)))).toEqual([]);
  });

  it("has an example that becomes a document nothing can be said against", async () => {
    const xml = await exampleXml();

    expect(onDisk).toContain(exampleJson);
    expect(onDisk).toContain(xml.trimEnd());
    expect(validate(new TextEncoder().encode(xml), { today: "2026-02-15", production: true })).toEqual([]);
  });
});

function sectionOf(heading: string): string {
  const [, after = ""] = onDisk.split(`\n### ${heading}\n`);
  return after.split("\n#")[0] ?? "";
}

const asText = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("|", "\\|");
