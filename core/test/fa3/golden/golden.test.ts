import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fromFa3 } from "../../../src/fa3/from-fa3.ts";
import { schemaFaults } from "../../../src/fa3/schema.ts";
import { toFa3 } from "../../../src/fa3/to-fa3.ts";
import { Invoice, kinds } from "../../../src/model.ts";

const read = (file: string): Buffer => readFileSync(new URL(file, import.meta.url));
const names = readdirSync(new URL(".", import.meta.url))
  .filter((file) => file.endsWith(".json"))
  .map((file) => file.slice(0, -".json".length));
const invoiceOf = (name: string): Invoice => Invoice.parse(JSON.parse(read(`${name}.json`).toString()));

describe("the golden invoices", () => {
  it("are of every kind", () => {
    expect(new Set(names.map((name) => invoiceOf(name).kind))).toEqual(new Set(kinds));
  });

  for (const name of names) {
    it(`${name}.json is written as ${name}.xml, byte for byte`, () => {
      expect(toFa3(invoiceOf(name))).toBe(read(`${name}.xml`).toString());
    });

    it(`${name}.xml is valid`, () => {
      expect(schemaFaults(read(`${name}.xml`), "FA (3)")).toEqual([]);
    });

    it(`${name}.xml is read as ${name}.json`, () => {
      expect(fromFa3(read(`${name}.xml`))).toEqual(invoiceOf(name));
    });
  }
});
