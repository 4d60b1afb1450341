import { Big } from "big.js";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Invoice, kinds, type Line, type OrderLine, type Totals } from "../../src/model.ts";
import { normalise } from "../../src/normalise/index.ts";
import { rates } from "../../src/model/line.ts";
import { fixedExchangeRates } from "../exchange-rates/fixed.ts";
import { correction, now, sample } from "./sample.ts";

const context = {
  now,
  exchangeRates: fixedExchangeRates({ EUR: { "2026-01-01": "4.2171", "2026-02-10": "4.2934" } }),
};

/** A decimal string of at most `places` digits after the point. */
const decimal = (places: number, largest = 1_000_000) =>
  fc
    .tuple(fc.integer({ min: -largest, max: largest }), fc.integer({ min: 0, max: places }))
    .map(([units, digits]) => new Big(units).div(new Big(10).pow(digits)).toFixed());

const day = fc.constantFrom("2026-01-20", "2026-02-05", "2026-02-12", "2026-02-20");

/** Some of the fields, each there or not. */
const some = <T extends object>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Partial<T>> =>
  fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>;

const item = {
  number: fc.integer({ min: 1, max: 9 }),
  quantity: decimal(6),
  unitNetPrice: decimal(8),
  netAmount: decimal(2),
  vatAmount: decimal(2),
  rate: fc.constantFrom(...rates),
  ossRate: fc.constantFrom("21", "25.5"),
  beforeCorrection: fc.boolean(),
};
const lines: fc.Arbitrary<Partial<Line>> = some<Line>({
  ...item,
  unitGrossPrice: decimal(8),
  unitDiscount: decimal(8, 100),
  grossAmount: decimal(2),
  saleDate: day,
  exchangeRate: fc.constantFrom("4.2", "4.20", "4.3"),
});
const orderLines: fc.Arbitrary<Partial<OrderLine>> = some<OrderLine>(item);
const taxed = some({ vatInPln: decimal(2) }).chain((pln) =>
  fc.record({ net: decimal(2), vat: decimal(2) }).map((group) => ({ ...group, ...pln })),
);
const totals = some<Totals>({
  standard: taxed,
  reduced: taxed,
  oss: fc.record({ net: decimal(2), vat: decimal(2) }, { requiredKeys: ["net"] }),
  exempt: decimal(2),
  margin: decimal(2),
});

const invoices: fc.Arbitrary<Invoice> = some<Partial<Invoice>>({
  kind: fc.constantFrom(...kinds),
  createdAt: fc.constant("2026-02-14T00:00:00Z"),
  currency: fc.constantFrom("PLN", "EUR"),
  saleDate: day,
  lines: fc.array(lines, { maxLength: 5 }),
  totals,
  amountDue: decimal(2),
  advanceExchangeRate: fc.constant("4.25"),
  annotations: some({ marginScheme: fc.constant("travel" as const), cashAccounting: fc.boolean() }),
  correction: fc.constantFrom(
    correction,
    { ...correction, correctNumber: "FV/2" },
    { ...correction, before: { amountDue: "1", exchangeRate: "4.1" } },
  ),
  advancePayments: fc.array(
    some({ exchangeRate: fc.constant("4.15") }).chain((rate) =>
      fc.record({ date: day, amount: decimal(2) }).map((payment) => ({ ...payment, ...rate })),
    ),
    { maxLength: 3 },
  ),
  order: some({ grossTotal: decimal(2) }).chain((value) =>
    fc.array(orderLines, { minLength: 1, maxLength: 4 }).map((list) => ({ ...value, lines: list })),
  ),
  settlement: some({
    charges: fc.array(
      decimal(2).map((amount) => ({ amount, reason: "Deposit" })),
      { maxLength: 2 },
    ),
    deductionsTotal: decimal(2),
    toPay: decimal(2),
  }),
}).map((fields) => sample(fields));

const check = (property: (invoice: Invoice) => Promise<void>) =>
  fc.assert(fc.asyncProperty(invoices, property), { numRuns: 1_000 });

describe("whatever the invoice", () => {
  it("everything given is in the result, unchanged, and the given invoice is as it was", () =>
    check(async (invoice) => {
      const copy = structuredClone(invoice);
      const result = await normalise(invoice, context);
      expect(invoice).toEqual(copy);
      expect(lost(invoice, result)).toEqual([]);
    }));

  it("doing it again changes nothing, at whatever time", () =>
    check(async (invoice) => {
      const once = await normalise(invoice, context);
      expect(await normalise(once, { ...context, now: now + 86_400_000 })).toEqual(once);
    }));

  it("the result fits the model", () =>
    check(async (invoice) => {
      const result = await normalise(invoice, context);
      expect(Invoice.parse(result)).toEqual(result);
    }));

  it("an amount due that is derived from totals is their net and VAT", () =>
    check(async (invoice) => {
      const result = await normalise(invoice, context);
      const { amountDue, totals: sums, advancePayments = [] } = result;
      const ofPayments = (result.kind === "ZAL" || result.kind === "KOR_ZAL") && advancePayments.length > 0;
      if (invoice.amountDue !== undefined || amountDue === undefined || ofPayments) return;
      const parts = Object.values(sums ?? {}).flatMap((value) =>
        typeof value === "string" ? [value] : [value?.net ?? "0", value?.vat ?? "0"],
      );
      expect(parts.reduce((total, part) => total.plus(part), new Big(0)).toFixed(2)).toBe(amountDue);
    }));

  it("an invoice priced gross comes to the sum of its lines", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ grossAmount: decimal(2), rate: fc.constantFrom(...rates) }), { minLength: 1 }),
        async (priced) => {
          const { amountDue } = await normalise(sample({ lines: priced }), context);
          const expected = priced.reduce((total, line) => total.plus(line.grossAmount), new Big(0));
          expect(amountDue).toBe(expected.toFixed(2));
        },
      ),
    ));
});

/** Places of `given` whose value is not at the same place in `result`, or whose list has another length. */
function lost(given: unknown, result: unknown, path = "invoice"): string[] {
  if (given === undefined) return [];
  if (typeof given !== "object" || given === null) return given === result ? [] : [path];
  if (typeof result !== "object" || result === null) return [path];
  if (Array.isArray(given) && (!Array.isArray(result) || result.length !== given.length)) return [path];
  return Object.entries(given).flatMap(([name, value]) =>
    lost(value, (result as Record<string, unknown>)[name], `${path}.${name}`),
  );
}
