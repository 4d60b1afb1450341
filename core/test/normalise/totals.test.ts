import { describe, expect, it } from "vitest";
import { filled, gross, net } from "./sample.ts";

describe("totals of an invoice priced net", () => {
  it("has VAT on the sum of each rate, not on the lines", async () => {
    // 23 %: 3 x 0.10 = 0.30, VAT 0.069 -> 0.07 (line by line it would be 3 x 0.02 = 0.06).
    // 5 %: 0.10, VAT 0.005, exactly half a grosz -> 0.01.
    const lines = [net("0.10", "23"), net("0.10", "23"), net("0.10", "5"), net("0.10", "23")];
    const { totals, amountDue } = await filled({ lines });
    expect(totals).toEqual({
      standard: { net: "0.30", vat: "0.07" },
      superReduced: { net: "0.10", vat: "0.01" },
    });
    // 0.30 + 0.07 + 0.10 + 0.01
    expect(amountDue).toBe("0.48");
  });

  it("rounds half a grosz away from zero where floats would not", async () => {
    // 1.50 x 23 % = 0.345; as floats 0.34499….
    const up = await filled({ lines: [net("1.50", "23")] });
    expect(up.totals?.standard).toEqual({ net: "1.50", vat: "0.35" });
    const down = await filled({ lines: [net("-1.50", "23")] });
    expect(down.totals?.standard).toEqual({ net: "-1.50", vat: "-0.35" });
  });

  it("is exact at sixteen digits", async () => {
    // 9007199254740993.01 (2^53 + 1) x 8 % = 720575940379279.4408
    const { totals, amountDue } = await filled({ lines: [net("9007199254740993.01", "8")] });
    expect(totals?.reduced).toEqual({ net: "9007199254740993.01", vat: "720575940379279.44" });
    expect(amountDue).toBe("9727775195120272.45");
  });

  it("puts every class where it belongs", async () => {
    const { totals, amountDue } = await filled({
      lines: [
        net("100", "23"),
        net("100", "22"),
        net("100", "7"),
        net("100", "3"),
        net("1", "0 KR"),
        net("2", "0 WDT"),
        net("3", "0 EX"),
        net("4", "zw"),
        net("5", "np I"),
        net("6", "np II"),
        net("7", "oo"),
        net("100", undefined, { ossRate: "21" }),
        net("100", "np I", { ossRate: "25.5" }),
      ],
    });
    expect(totals).toEqual({
      standard: { net: "200.00", vat: "45.00" },
      reduced: { net: "100.00", vat: "7.00" },
      taxi: { net: "100.00", vat: "3.00" },
      zeroDomestic: "1.00",
      zeroIntraEu: "2.00",
      zeroExport: "3.00",
      exempt: "4.00",
      outsidePoland: "5.00",
      euServices: "6.00",
      reverseCharge: "7.00",
      oss: { net: "200.00", vat: "46.50" },
    });
    // 245 + 107 + 103 + (1 + ... + 7 = 28) + 246.50
    expect(amountDue).toBe("729.50");
  });

  it("sums the VAT of the lines where all of them show it (art. 106e(10))", async () => {
    const lines = [net("0.10", "23", { vatAmount: "0.02" }), net("0.10", "23", { vatAmount: "0.02" })];
    expect((await filled({ lines })).totals?.standard).toEqual({ net: "0.20", vat: "0.04" });
    // One does not: 0.20 x 23 % = 0.046.
    const [one] = lines;
    const mixed = await filled({ lines: [one ?? {}, net("0.10", "23")] });
    expect(mixed.totals?.standard).toEqual({ net: "0.20", vat: "0.05" });
  });
});

describe("totals of an invoice priced gross", () => {
  it("has VAT within the sum of each rate", async () => {
    // 23 %: 10.00 + 9.99 = 19.99, VAT 19.99 x 23 / 123 = 3.7379… -> 3.74, net 16.25.
    // 8 %: 3 x 0.07 = 0.21, VAT 0.21 x 8 / 108 = 0.01555… -> 0.02, net 0.19 (line by line 3 x 0.01).
    const lines = [
      gross("10.00", "23"),
      { name: "Goods", rate: "23" as const, quantity: "3", unitGrossPrice: "3.33" },
      gross("0.07", "8"),
      gross("0.07", "8"),
      gross("0.07", "8"),
    ];
    const { totals, amountDue, lines: result } = await filled({ lines });
    expect(totals).toEqual({
      standard: { net: "16.25", vat: "3.74" },
      reduced: { net: "0.19", vat: "0.02" },
    });
    expect(amountDue).toBe("20.20");
    expect(result?.[1]).toMatchObject({ grossAmount: "9.99" });
    expect(result?.every((line) => line.netAmount === undefined)).toBe(true);
  });

  it("rounds half a grosz up within gross too", async () => {
    // 0.13 x 4 / 104 = 0.005 -> 0.01, net 0.12.
    const { totals } = await filled({ lines: [gross("0.13", "4")] });
    expect(totals?.taxi).toEqual({ net: "0.12", vat: "0.01" });
  });

  it("counts a line that shows both values by its unit price", async () => {
    // Priced gross: VAT 1.23 x 23 / 123 = 0.23. Priced net: VAT 1.01 x 23 % = 0.2323 -> 0.23, net 1.01.
    const both = { name: "Goods", rate: "23" as const, netAmount: "1.01", grossAmount: "1.23" };
    expect((await filled({ lines: [{ ...both, unitGrossPrice: "1.23" }] })).totals?.standard).toEqual({
      net: "1.00",
      vat: "0.23",
    });
    expect((await filled({ lines: [{ ...both, unitNetPrice: "1.01" }] })).totals?.standard).toEqual({
      net: "1.01",
      vat: "0.23",
    });
  });
});

describe("totals that are not derived", () => {
  it("lack a rate or a value", async () => {
    for (const line of [net("1", undefined), { name: "Goods", rate: "23" as const }]) {
      const invoice = await filled({ lines: [net("100", "23"), line] });
      expect(invoice.totals).toBeUndefined();
      expect(invoice.amountDue).toBeUndefined();
    }
  });

  it("are given: nothing is added beside them, and the amount due follows from them", async () => {
    const totals = { standard: { net: "1666.66", vat: "383.33" }, exempt: "0.1" };
    const invoice = await filled({ totals, lines: [net("100", "23"), net("100", "8")] });
    expect(invoice.totals).toEqual(totals);
    // 1666.66 + 383.33 + 0.10
    expect(invoice.amountDue).toBe("2050.09");
  });

  it("are of the One Stop Shop without its VAT: then the amount due is not known either", async () => {
    expect((await filled({ totals: { oss: { net: "100" } } })).amountDue).toBeUndefined();
  });
});

describe("a simplified invoice", () => {
  it("has its totals within the amount due when it shows no more than one rate", async () => {
    // Ministry's example 15: 450 x 23 / 123 = 84.146… -> 84.15, net 365.85.
    const { totals } = await filled({
      kind: "UPR",
      amountDue: "450",
      lines: [{ name: "Drill", rate: "23" }],
    });
    expect(totals).toEqual({ standard: { net: "365.85", vat: "84.15" } });
  });

  it("is summed like any other when it has values", async () => {
    const { totals, amountDue } = await filled({ kind: "UPR", lines: [gross("450", "23")] });
    expect(totals).toEqual({ standard: { net: "365.85", vat: "84.15" } });
    expect(amountDue).toBe("450.00");
  });

  it("keeps to itself how the amount is divided between two rates", async () => {
    const lines = [
      { name: "Drill", rate: "23" as const },
      { name: "Book", rate: "5" as const },
    ];
    expect((await filled({ kind: "UPR", amountDue: "450", lines })).totals).toBeUndefined();
  });
});
