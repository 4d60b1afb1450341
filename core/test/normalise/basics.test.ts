import { describe, expect, it } from "vitest";
import { filled, gross, net } from "./sample.ts";

describe("what an invoice says about itself", () => {
  it("is an ordinary invoice in PLN of the present unless it says otherwise", async () => {
    expect(await filled({})).toMatchObject({
      kind: "VAT",
      currency: "PLN",
      createdAt: "2026-02-15T09:30:47Z",
    });
    const given = { kind: "UPR", currency: "EUR", createdAt: "2026-02-14T00:00:00.5+01:00" } as const;
    expect(await filled(given)).toMatchObject(given);
  });

  it("has no totals and no amount when there is nothing to sum", async () => {
    const invoice = await filled({ lines: [] });
    expect(invoice.totals).toBeUndefined();
    expect(invoice.amountDue).toBeUndefined();
  });
});

/** The numbers lines get when these are given. */
const numbers = async (given: (number | undefined)[]) => {
  const lines = given.map((number) => ({ name: "Goods", ...(number === undefined ? {} : { number }) }));
  return (await filled({ lines })).lines?.map(({ number }) => number);
};

describe("line numbers", () => {
  it("are positions", async () => {
    expect(await numbers([undefined, undefined, undefined])).toEqual([1, 2, 3]);
  });

  it("leave given numbers alone and do not repeat them", async () => {
    expect(await numbers([2, undefined, undefined])).toEqual([2, 4, 3]);
    expect(await numbers([undefined, 1, 10, undefined])).toEqual([11, 1, 10, 4]);
    expect(await numbers([1, 1])).toEqual([1, 1]);
  });
});

describe("values of lines", () => {
  it.each([
    // Ministry's example 4: 20 x (1000 - 100).
    [{ quantity: "20", unitNetPrice: "1000", unitDiscount: "100" }, { netAmount: "18000.00" }],
    // 3 x 0.115 = 0.345, exactly half a grosz: up. As floats it is 0.34499….
    [{ quantity: "3", unitNetPrice: "0.115" }, { netAmount: "0.35" }],
    [{ quantity: "-3", unitNetPrice: "0.115" }, { netAmount: "-0.35" }],
    [{ quantity: "0.333333", unitNetPrice: "9.99999999" }, { netAmount: "3.33" }],
    // 2 x (12.30 - 0.30), VAT included.
    [{ quantity: "2", unitGrossPrice: "12.30", unitDiscount: "0.30" }, { grossAmount: "24.00" }],
    // Priced net although it shows a gross price.
    [{ quantity: "2", unitNetPrice: "10", unitGrossPrice: "12.30" }, { netAmount: "20.00" }],
    // What is given stays, even if it is not the product.
    [{ quantity: "2", unitNetPrice: "10", netAmount: "19" }, { netAmount: "19" }],
    [{ unitNetPrice: "10" }, {}],
    [{ quantity: "2" }, {}],
  ])("of %j are %j", async (given, expected) => {
    const { lines } = await filled({ lines: [{ name: "Goods", rate: "23", ...given }] });
    expect(lines).toEqual([{ name: "Goods", rate: "23", number: 1, ...given, ...expected }]);
  });
});

describe("settlement", () => {
  const lines = [net("100", "23")];

  it("sums charges and deductions and says what is to pay", async () => {
    // 123.00 + (5 + 0.50) - 28.50 = 100.00
    const settlement = {
      charges: [
        { amount: "5", reason: "Deposit" },
        { amount: "0.50", reason: "Deposit" },
      ],
      deductions: [{ amount: "28.50", reason: "Balance" }],
    };
    expect((await filled({ lines, settlement })).settlement).toEqual({
      ...settlement,
      chargesTotal: "5.50",
      deductionsTotal: "28.50",
      toPay: "100.00",
    });
  });

  it("is left to the seller when more is deducted than is due, or an overpayment is named", async () => {
    const deductions = [{ amount: "200", reason: "Balance" }];
    expect((await filled({ lines, settlement: { deductions } })).settlement).toEqual({
      deductions,
      deductionsTotal: "200.00",
    });
    expect((await filled({ lines, settlement: { deductions, overpaid: "77" } })).settlement).toEqual({
      deductions,
      deductionsTotal: "200.00",
      overpaid: "77",
    });
  });

  it("says nothing where nothing is said", async () => {
    expect((await filled({ lines, settlement: {} })).settlement).toEqual({});
  });
});

describe("margin schemes", () => {
  const annotations = { marginScheme: "second-hand" as const };

  it("sum prices with everything in them, beside ordinary sales", async () => {
    // Ministry's example 19: 2000 under the margin scheme, own services of 1000 with 23 % VAT:
    // VAT 1000 x 23 / 123 = 186.99, net 813.01 (the example rounds to full zlotys).
    const lines = [gross("2000", undefined), gross("1000", "23")];
    const { totals, amountDue } = await filled({ annotations: { marginScheme: "travel" }, lines });
    expect(totals).toEqual({ standard: { net: "813.01", vat: "186.99" }, margin: "2000.00" });
    expect(amountDue).toBe("3000.00");
  });

  it("say nothing about a net price, nor about a line without a rate on an ordinary invoice", async () => {
    expect((await filled({ annotations, lines: [net("2000", undefined)] })).totals).toBeUndefined();
    expect((await filled({ lines: [gross("2000", undefined)] })).totals).toBeUndefined();
  });
});
