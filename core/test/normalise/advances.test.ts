import { describe, expect, it } from "vitest";
import type { OrderLine } from "../../src/model.ts";
import { filled } from "./sample.ts";

const flat: OrderLine = { name: "Flat", quantity: "1", unitNetPrice: "300000", rate: "23" };
const services: OrderLine = { name: "Services", quantity: "2", unitNetPrice: "2500", rate: "23" };

describe("the order of an advance invoice", () => {
  it("has net values and VAT of its positions, and its value with VAT", async () => {
    // Ministry's example 10: 300000 + 69000 + 5000 + 1150 = 375150.
    const { order } = await filled({ kind: "ZAL", order: { lines: [flat, services] } });
    expect(order).toEqual({
      lines: [
        { ...flat, number: 1, netAmount: "300000.00", vatAmount: "69000.00" },
        { ...services, number: 2, netAmount: "5000.00", vatAmount: "1150.00" },
      ],
      grossTotal: "375150.00",
    });
  });

  it("shows no VAT where there is none, and no value where a position has none", async () => {
    const exempt: OrderLine = { name: "Insurance", netAmount: "300", rate: "zw" };
    const { order } = await filled({ kind: "ZAL", order: { lines: [exempt] } });
    expect(order).toEqual({ lines: [{ ...exempt, number: 1 }], grossTotal: "300.00" });
    const unknown: OrderLine = { name: "Insurance", netAmount: "300" };
    expect((await filled({ kind: "ZAL", order: { lines: [exempt, unknown] } })).order?.grossTotal).toBe(
      undefined,
    );
  });
});

describe("totals of an advance", () => {
  it("are within the payment when everything ordered has one rate", async () => {
    // Ministry's example 10: 20000 x 23 / 123 = 3739.837… -> 3739.84, net 16260.16.
    const { totals } = await filled({ kind: "ZAL", amountDue: "20000", order: { lines: [flat, services] } });
    expect(totals).toEqual({ standard: { net: "16260.16", vat: "3739.84" } });
  });

  it("are of the sum of the payments when there are several", async () => {
    const { totals, amountDue } = await filled({
      kind: "ZAL",
      order: { lines: [flat] },
      advancePayments: [
        { date: "2026-02-01", amount: "12000" },
        { date: "2026-02-10", amount: "8000" },
      ],
    });
    expect(amountDue).toBe("20000.00");
    expect(totals).toEqual({ standard: { net: "16260.16", vat: "3739.84" } });
  });

  it("are the payment itself where there is no VAT", async () => {
    const { totals } = await filled({
      kind: "ZAL",
      amountDue: "20000",
      order: { lines: [{ ...flat, rate: "np II" }] },
    });
    expect(totals).toEqual({ euServices: "20000.00" });
  });

  it("are known for several rates when the whole order is paid", async () => {
    // 23 %: net 1.50, VAT 0.345 -> 0.35, gross 1.85; 1.85 x 23 / 123 = 0.3459… -> 0.35.
    // 8 %: net 100, VAT 8, gross 108. Order 109.85.
    const lines: OrderLine[] = [
      { name: "Screw", netAmount: "1.50", rate: "23" },
      { name: "Meal", netAmount: "100", rate: "8" },
    ];
    const { totals } = await filled({ kind: "ZAL", amountDue: "109.85", order: { lines } });
    expect(totals).toEqual({
      standard: { net: "1.50", vat: "0.35" },
      reduced: { net: "100.00", vat: "8.00" },
    });
    expect((await filled({ kind: "ZAL", amountDue: "109.84", order: { lines } })).totals).toBeUndefined();
  });

  it("give the amount due when they are what is known", async () => {
    const totals = { standard: { net: "16260.16", vat: "3739.84" } };
    expect((await filled({ kind: "ZAL", totals, order: { lines: [flat] } })).amountDue).toBe("20000.00");
  });

  it("are not guessed from the order alone", async () => {
    const invoice = await filled({ kind: "ZAL", order: { lines: [flat] } });
    expect(invoice.totals).toBeUndefined();
    expect(invoice.amountDue).toBeUndefined();
  });
});

describe("a settling invoice", () => {
  it("takes what is left to pay from its totals", async () => {
    // Ministry's example 14: 4100.16 + 943.04 + 280177.59 + 22414.21 = 307635.
    const totals = {
      standard: { net: "4100.16", vat: "943.04" },
      reduced: { net: "280177.59", vat: "22414.21" },
    };
    const lines = [{ name: "Flat", quantity: "1", unitNetPrice: "307500", rate: "8" as const }];
    const invoice = await filled({ kind: "ROZ", totals, lines });
    expect(invoice.amountDue).toBe("307635.00");
    expect(invoice.lines?.[0]?.netAmount).toBe("307500.00");
  });
});
