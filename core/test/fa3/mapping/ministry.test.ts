import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fromFa3 } from "../../../src/fa3/from-fa3.ts";
import { schemaFaults } from "../../../src/fa3/schema.ts";
import { toFa3 } from "../../../src/fa3/to-fa3.ts";
import { Invoice } from "../../../src/model.ts";
import { canonical, hasXmllint, xmllintFaults } from "./canonical.ts";

const folder = new URL("../../../../../shared/ksef/fa3-examples/ministry/", import.meta.url);
const missing = !existsSync(folder);
if (missing) console.log("skipped: the Ministry's examples are not here");
const files = missing ? [] : readdirSync(folder).filter((file) => file.endsWith(".xml"));

describe.skipIf(missing)("the Ministry's examples survive being read and written", () => {
  it("there are 26", () => expect(files.length).toBe(26));

  for (const file of files) {
    const bytes = (): Uint8Array => readFileSync(new URL(file, folder));
    const written = (): string => toFa3(Invoice.parse(fromFa3(bytes())));

    it(`${file}: the same elements, in the same order, with the same texts`, () => {
      expect(canonical(written())).toEqual(canonical(bytes()));
    });

    it(`${file}: the model takes what was read as it is`, () => {
      const read = fromFa3(bytes());
      expect(Invoice.parse(read)).toEqual(read);
    });

    it(`${file}: the schema takes what is written`, () => {
      expect(schemaFaults(new TextEncoder().encode(written()), "FA (3)")).toEqual([]);
    });

    it.skipIf(!hasXmllint)(`${file}: xmllint takes what is written`, () => {
      expect(xmllintFaults(written())).toBe("");
    });
  }
});
