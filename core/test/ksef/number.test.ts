import { expect, it } from "vitest";
import { isKsefNumber } from "../../src/ksef/number.ts";

it("takes the KSeF numbers the Ministry publishes", () => {
  // ksef-docs, faktury/numer-ksef.md, and the samples of UPO v4-3.
  expect(isKsefNumber("5265877635-20250826-0100001AF629-AF")).toBe(true);
  expect(isKsefNumber("5265877635-20250916-0200A0D6723E-C2")).toBe(true);
  expect(isKsefNumber("5265877635-20250916-010040741B3E-46")).toBe(true);
});

it("refuses a number with one character changed, too short, or in lower case", () => {
  const number = "5265877635-20250826-0100001AF629-AF";
  for (let i = 0; i < number.length; i++) {
    const other = number[i] === "1" ? "2" : "1";
    expect(isKsefNumber(number.slice(0, i) + other + number.slice(i + 1))).toBe(false);
  }
  expect(isKsefNumber(number.slice(0, -1))).toBe(false);
  expect(isKsefNumber(number.toLowerCase())).toBe(false);
});
