import { describe, expect, it } from "vitest";
import { correction, filled, gross, net } from "./sample.ts";

const KOR = { kind: "KOR" as const, correction };
const before = { beforeCorrection: true };

describe("totals of a correction", () => {
  it("are the state after minus the state before", async () => {
    // Ministry's example 2: 1463.41 - 1626.01 = -162.60.
    // VAT after 336.5843 -> 336.58, before 373.9823 -> 373.98, difference -37.40.
    const { totals, amountDue } = await filled({
      ...KOR,
      lines: [net("1626.01", "23", before), net("1463.41", "23")],
    });
    expect(totals).toEqual({ standard: { net: "-162.60", vat: "-37.40" } });
    expect(amountDue).toBe("-200.00");
  });

  it("are the sums of lines that show differences", async () => {
    // Ministry's example 3: -162.60 x 23 % = -37.398.
    const { totals, amountDue } = await filled({
      ...KOR,
      lines: [{ name: "Fridge", rate: "23", quantity: "1", unitNetPrice: "-162.60" }],
    });
    expect(totals).toEqual({ standard: { net: "-162.60", vat: "-37.40" } });
    expect(amountDue).toBe("-200.00");
  });

  it("differ by VAT that was rounded on both invoices", async () => {
    // Before 0.50: VAT 0.115 -> 0.12. After 0.48: VAT 0.1104 -> 0.11. Difference -0.01; VAT on -0.02 would be 0.00.
    const { totals } = await filled({ ...KOR, lines: [net("0.50", "23", before), net("0.48", "23")] });
    expect(totals).toEqual({ standard: { net: "-0.02", vat: "-0.01" } });
  });

  it("move a sale from one rate to another", async () => {
    const { totals, amountDue } = await filled({
      ...KOR,
      lines: [net("100", "23", before), net("100", "8")],
    });
    expect(totals).toEqual({
      standard: { net: "-100.00", vat: "-23.00" },
      reduced: { net: "100.00", vat: "8.00" },
    });
    expect(amountDue).toBe("-15.00");
  });

  it("are gross differences when the lines are priced gross", async () => {
    // Before 123.00: VAT 23.00. After 100.00: VAT 18.699… -> 18.70. Gross -23.00, VAT -4.30, net -18.70.
    const { totals, amountDue } = await filled({
      ...KOR,
      lines: [gross("123", "23", before), gross("100", "23")],
    });
    expect(totals).toEqual({ standard: { net: "-18.70", vat: "-4.30" } });
    expect(amountDue).toBe("-23.00");
  });

  it("are zero when nothing changes", async () => {
    const { totals, amountDue } = await filled({
      ...KOR,
      lines: [net("1.50", "23", before), net("1.50", "23")],
    });
    expect(totals).toEqual({ standard: { net: "0.00", vat: "0.00" } });
    expect(amountDue).toBe("0.00");
  });
});

describe("a correction without amounts", () => {
  it("comes to nothing when it corrects data", async () => {
    // As the Ministry's example 5.
    const previousBuyers = [{ nip: "5260001246", name: "Byuer" }];
    const invoice = await filled({ ...KOR, correction: { ...correction, previousBuyers } });
    expect(invoice.amountDue).toBe("0.00");
    expect(invoice.totals).toBeUndefined();
  });

  it("lacks something otherwise", async () => {
    expect((await filled(KOR)).amountDue).toBeUndefined();
    // As the Ministry's example 7, a collective correction whose totals are missing.
    const lines = [{ name: "Fridge", quantity: "1000" }];
    expect(
      (await filled({ ...KOR, correction: { ...correction, period: "2026 H1" }, lines })).amountDue,
    ).toBe(undefined);
  });

  it("takes the amount due from given totals whatever its lines", async () => {
    // Ministry's example 6.
    const totals = { standard: { net: "-40650.41", vat: "-9349.59" } };
    const lines = [{ name: "Fridge", quantity: "1000" }];
    expect((await filled({ ...KOR, totals, lines })).amountDue).toBe("-50000.00");
  });
});

describe("corrections of advances and of settling invoices", () => {
  it("have their totals given; the amount due is their sum", async () => {
    // Ministry's example 12: 133.28 + 30.65 + 9107.47 + 728.60 = 10000.
    const totals = {
      standard: { net: "133.28", vat: "30.65" },
      reduced: { net: "9107.47", vat: "728.60" },
    };
    expect((await filled({ kind: "KOR_ZAL", correction, totals })).amountDue).toBe("10000.00");
  });

  it("are not derived from lines that show the whole order", async () => {
    for (const kind of ["ROZ", "KOR_ROZ", "KOR_ZAL"] as const) {
      const invoice = await filled({ kind, correction, lines: [net("307500", "8")] });
      expect(invoice.totals).toBeUndefined();
      expect(invoice.amountDue).toBeUndefined();
    }
  });

  it("do not take the corrected positions for the whole order", async () => {
    const order = {
      lines: [
        { name: "Flat", quantity: "1", unitNetPrice: "100", rate: "23" as const, beforeCorrection: true },
        { name: "Flat", quantity: "1", unitNetPrice: "90", rate: "23" as const },
      ],
    };
    expect((await filled({ kind: "KOR_ZAL", correction, order })).order).toEqual({
      lines: [
        { ...order.lines[0], number: 1, netAmount: "100.00", vatAmount: "23.00" },
        { ...order.lines[1], number: 2, netAmount: "90.00", vatAmount: "20.70" },
      ],
    });
  });
});
