import { Big } from "big.js";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { decimalOf, type Decimal } from "../../../src/fa3/validate/decimal.ts";

/** As amounts, prices and quantities are written: up to 16 digits, a point, up to 8 places. */
const text = fc
  .tuple(
    fc.boolean(),
    fc.oneof(fc.bigInt({ min: 0n, max: 99_999n }), fc.bigInt({ min: 0n, max: 9_999_999_999_999_999n })),
    fc.oneof(fc.constant(""), fc.stringMatching(/^\d{1,8}$/)),
  )
  .map(([negative, whole, places]) => `${negative ? "-" : ""}${whole}${places === "" ? "" : `.${places}`}`);

function decimal(value: string): Decimal {
  const parsed = decimalOf(value);
  if (parsed === undefined) throw new Error(`${value} is not taken for a number`);
  return parsed;
}

it("calculates exactly as big.js does, within the safe integers and beyond", () => {
  fc.assert(
    fc.property(text, text, text, (a, b, c) => {
      const [x, y, z] = [decimal(a), decimal(b), decimal(c)];
      expect(x.plus(y).times(z).toString()).toBe(new Big(a).plus(b).times(c).toFixed());
      expect(x.times(y).minus(z).toMoney()).toBe(new Big(a).times(b).minus(c).toFixed(2));
      expect(x.percent().toString()).toBe(new Big(a).div(100).toFixed());
      expect(Math.sign(x.compare(y))).toBe(new Big(a).cmp(b));
      expect(x.near(y, z)).toBe(new Big(a).minus(b).abs().lte(c));
    }),
    { numRuns: 3_000, seed: 20260215 },
  );
});

it("takes nothing for a number that the schema would not", () => {
  for (const wrong of [
    "",
    "-",
    "1,00",
    "1.",
    ".5",
    "1e3",
    "+1",
    " 1",
    "1.123456789",
    "12345678901234567",
    "0x10",
    "NaN",
  ])
    expect([wrong, decimalOf(wrong)]).toEqual([wrong, undefined]);
});
