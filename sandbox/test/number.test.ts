import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { crc8, ksefNumber, referenceNumber } from "../src/number.ts";

const samples = fileURLToPath(new URL("../../../shared/ksef/upo-examples", import.meta.url));
const noon = Date.parse("2026-03-02T11:00:00Z");

describe("KSeF numbers", () => {
  it("end in the checksum of the Ministry's example", () => {
    expect(crc8("5265877635-20250826-0100001AF629")).toBe("AF");
  });

  it.skipIf(!existsSync(samples))("end in the checksum of every number in the official UPO examples", () => {
    const files = readdirSync(samples, { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".xml"),
    );
    const numbers = files.flatMap((file) =>
      [...readFileSync(`${samples}/${file}`, "utf8").matchAll(/<NumerKSeFDokumentu>(.*?)</g)].map(
        (match) => match[1]!,
      ),
    );
    expect(numbers.length).toBeGreaterThan(3);
    expect(numbers.filter((number) => crc8(number.slice(0, 32)) !== number.slice(33))).toEqual([]);
  });

  it("name the seller and the Warsaw day of acceptance, also after midnight there", () => {
    const number = ksefNumber("5265877635", Date.parse("2026-03-02T23:30:00Z"));
    expect(number).toMatch(/^5265877635-20260303-[0-9A-F]{12}-[0-9A-F]{2}$/);
    expect(number).toHaveLength(35);
    expect(number.slice(33)).toBe(crc8(number.slice(0, 32)));
  });

  it("differ from each other", () => {
    expect(new Set(Array.from({ length: 1000 }, () => ksefNumber("5265877635", noon))).size).toBe(1000);
  });
});

it("reference numbers have 36 characters and say what they refer to", () => {
  for (const kind of ["CR", "AU", "SO", "EE", "EU", "EC"] as const) {
    expect(referenceNumber(kind, noon)).toMatch(
      new RegExp(`^20260302-${kind}-[0-9A-F]{10}-[0-9A-F]{10}-[0-9A-F]{2}$`),
    );
  }
});
