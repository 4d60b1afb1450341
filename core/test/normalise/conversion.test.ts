import { describe, expect, it } from "vitest";
import type { Invoice } from "../../src/model.ts";
import { fixedExchangeRates } from "../exchange-rates/fixed.ts";
import { correction, filled, net } from "./sample.ts";

/** Tables of the days around the sample's date, Sunday 15 February 2026. */
const tables = () =>
  fixedExchangeRates({
    EUR: { "2026-01-09": "4.1000", "2026-02-04": "4.4080", "2026-02-09": "4.5005", "2026-02-13": "4.2171" },
    IDR: { "2026-02-13": "0.00022137" },
  });

const EUR = { currency: "EUR" };

/** The invoice in EUR, and which rates were asked for. */
async function converted(fields: Partial<Invoice>) {
  const exchangeRates = tables();
  const invoice = await filled({ ...EUR, ...fields }, { exchangeRates });
  return { invoice, asked: exchangeRates.asked };
}

describe("VAT in PLN", () => {
  it("is the VAT by the rate of the last working day before the issue date", async () => {
    // VAT 100 x 23 % = 23.00; 23.00 x 4.2171 = 96.9933 -> 96.99.
    const { invoice, asked } = await converted({ lines: [net("100", "23"), net("50", "zw")] });
    expect(invoice.totals).toEqual({
      standard: { net: "100.00", vat: "23.00", vatInPln: "96.99" },
      exempt: "50.00",
    });
    expect(invoice.lines?.map(({ exchangeRate }) => exchangeRate)).toEqual(["4.2171", undefined]);
    expect(invoice.amountDue).toBe("173.00");
    expect(asked).toEqual(["EUR before 2026-02-15"]);
  });

  it("has no rate for a day to come, which the rules refuse", async () => {
    const { invoice, asked } = await converted({ issueDate: "2027-02-15", lines: [net("100", "23")] });
    expect(invoice.totals?.standard).toEqual({ net: "100.00", vat: "23.00" });
    expect(asked).toEqual([]);
  });

  it("rounds half a grosz up", async () => {
    // 10 x 5 % = 0.50; 0.50 x 4.41 = 2.205 -> 2.21.
    const { invoice } = await converted({ lines: [net("10", "5", { exchangeRate: "4.41" })] });
    expect(invoice.totals?.superReduced?.vatInPln).toBe("2.21");
  });

  it("is by the rate on the lines when they have one", async () => {
    // Ministry's example 20: 3118.80 x 4.5005 = 14036.1594 -> 14036.16.
    const exchangeRate = "4.5005";
    const lines = ["4060", "5000", "4500"].map((amount) => net(amount, "23", { exchangeRate }));
    const { invoice, asked } = await converted({ lines });
    expect(invoice.totals?.standard).toEqual({ net: "13560.00", vat: "3118.80", vatInPln: "14036.16" });
    expect(asked).toEqual([]);
  });

  it("is rounded once when the lines have several rates", async () => {
    // Ministry's example 21: 933.80 x 4.4080 + 1150 x 4.5005 + 1035 x 4.3250
    // = 4116.1904 + 5175.575 + 4476.375 = 13768.1404 (each rounded by itself they would make 13768.15).
    const lines = [
      net("4060", "23", { exchangeRate: "4.4080" }),
      net("5000", "23", { exchangeRate: "4.5005" }),
      net("4500", "23", { exchangeRate: "4.3250" }),
    ];
    expect((await converted({ lines })).invoice.totals?.standard?.vatInPln).toBe("13768.14");
  });

  it("is by the sale date of each line, or the issue date when that is earlier", async () => {
    // 5 February: 4.4080; 10 February: 4.5005; 20 February is after the issue date: 4.2171.
    // 23 x (4.4080 + 4.5005 + 4.2171) = 23 x 13.1256 = 301.8888
    const lines = ["2026-02-05", "2026-02-10", "2026-02-20"].map((saleDate) =>
      net("100", "23", { saleDate }),
    );
    const { invoice, asked } = await converted({ lines });
    expect(invoice.lines?.map(({ exchangeRate }) => exchangeRate)).toEqual(["4.4080", "4.5005", "4.2171"]);
    expect(invoice.totals?.standard?.vatInPln).toBe("301.89");
    expect(asked).toEqual(["EUR before 2026-02-05", "EUR before 2026-02-10", "EUR before 2026-02-15"]);
  });

  it.each<[string, Partial<Invoice>, string]>([
    ["the sale date", { saleDate: "2026-02-05" }, "2026-02-05"],
    ["the issue date before a sale to come", { saleDate: "2026-03-01" }, "2026-02-15"],
    ["the end of the period", { salePeriod: { from: "2026-01-01", to: "2026-02-10" } }, "2026-02-10"],
    [
      "the payment under cash accounting",
      { annotations: { cashAccounting: true }, saleDate: "2026-02-05", payment: { paidOn: "2026-02-10" } },
      "2026-02-10",
    ],
    [
      "the issue date under cash accounting",
      { annotations: { cashAccounting: true }, saleDate: "2026-02-05" },
      "2026-02-15",
    ],
    ["what a correction corrects", { kind: "KOR", correction }, "2026-01-10"],
    [
      "the collective correction for a discount itself",
      {
        kind: "KOR",
        correction: {
          period: "January 2026",
          correctedInvoices: [...correction.correctedInvoices, ...correction.correctedInvoices],
        },
      },
      "2026-02-15",
    ],
  ])("is by the rate before %s", async (_, fields, day) => {
    const { invoice, asked } = await converted({ ...fields, lines: [net("100", "23"), net("100", "23")] });
    expect(asked).toEqual([`EUR before ${day}`]);
    expect(invoice.totals?.standard?.vatInPln).toBeDefined();
  });

  it("is not known for several corrected invoices, nor for payments in parts under cash accounting", async () => {
    const [one] = correction.correctedInvoices;
    const parts = { payments: [{ amount: "1", date: "2026-02-10" }] };
    const lines = [net("100", "23")];
    for (const fields of [
      { kind: "KOR" as const, correction: { correctedInvoices: one ? [one, one] : [] } },
      { annotations: { cashAccounting: true }, payment: { partPayments: parts } },
    ]) {
      const { invoice, asked } = await converted({ ...fields, lines });
      expect(invoice.totals?.standard).not.toHaveProperty("vatInPln");
      expect(invoice.lines?.[0]).not.toHaveProperty("exchangeRate");
      expect(asked).toEqual([]);
    }
  });

  it("is not asked for when it is given, nor where no Polish VAT is", async () => {
    const totals = { standard: { net: "100", vat: "23", vatInPln: "97" } };
    const given = await converted({ totals, lines: [net("100", "23")] });
    expect(given.invoice.totals).toEqual(totals);
    expect(given.invoice.lines?.[0]).not.toHaveProperty("exchangeRate");
    const exempt = await converted({
      lines: [net("100", "0 WDT"), net("100", undefined, { ossRate: "21" })],
    });
    const domestic = await converted({ currency: "PLN", lines: [net("100", "23")] });
    expect([given, exempt, domestic].map(({ asked }) => asked)).toEqual([[], [], []]);
  });

  it("is left out without a source of rates, and what the source throws is passed on", async () => {
    const invoice = await filled({ ...EUR, lines: [net("100", "23")] });
    expect(invoice.totals).toEqual({ standard: { net: "100.00", vat: "23.00" } });
    await expect(
      filled({ currency: "XAU", lines: [net("100", "23")] }, { exchangeRates: tables() }),
    ).rejects.toMatchObject({ code: "rates.unknown" });
  });

  it("is by the whole rate even if the invoice has too few places to show it", async () => {
    // 1000000 x 23 % = 230000; 230000 x 0.00022137 = 50.9151 -> 50.92.
    const { invoice } = await converted({ currency: "IDR", lines: [net("1000000", "23")] });
    expect(invoice.totals?.standard?.vatInPln).toBe("50.92");
    expect(invoice.lines?.[0]).not.toHaveProperty("exchangeRate");
  });

  it("is converted for given totals, with a rate on lines that say nothing about rates", async () => {
    // Simplified invoice: 18.70 x 4.2171 = 78.85977 -> 78.86.
    const totals = { standard: { net: "81.30", vat: "18.70" } };
    const { invoice } = await converted({ kind: "UPR", totals, lines: [{ name: "Drill" }] });
    expect(invoice.totals?.standard?.vatInPln).toBe("78.86");
    expect(invoice.lines?.[0]?.exchangeRate).toBe("4.2171");
    const withoutLines = await converted({ kind: "KOR", correction, totals });
    // 18.70 x 4.1000 = 76.67
    expect(withoutLines.invoice.totals?.standard?.vatInPln).toBe("76.67");
  });

  it("is not divided between several rates when the totals are not those of the lines", async () => {
    const totals = { standard: { net: "10", vat: "2.30" } };
    const lines = [net("100", "23", { exchangeRate: "4" }), net("100", "23", { exchangeRate: "5" })];
    const { invoice } = await converted({ kind: "ROZ", totals, lines });
    expect(invoice.totals).toEqual(totals);
  });
});

describe("VAT in PLN of an advance", () => {
  const order = { lines: [{ name: "Flat", netAmount: "300000", rate: "23" as const }] };
  const ZAL = { kind: "ZAL" as const, order };

  it("is by the rate before the payment, and the invoice shows it", async () => {
    // 123 x 23 / 123 = 23.00; 23.00 x 4.5005 = 103.5115 -> 103.51.
    const { invoice, asked } = await converted({ ...ZAL, amountDue: "123", saleDate: "2026-02-10" });
    expect(invoice.totals?.standard).toEqual({ net: "100.00", vat: "23.00", vatInPln: "103.51" });
    expect(invoice.advanceExchangeRate).toBe("4.5005");
    expect(asked).toEqual(["EUR before 2026-02-10"]);
  });

  it("is by the given rate", async () => {
    const { invoice, asked } = await converted({ ...ZAL, amountDue: "123", advanceExchangeRate: "4.3" });
    // 23 x 4.3 = 98.90
    expect(invoice.totals?.standard?.vatInPln).toBe("98.90");
    expect(asked).toEqual([]);
  });

  it("is by the rate of each payment", async () => {
    // Payments of 123 and 246: VAT 23 and 46; 23 x 4.4080 + 46 x 4.5005 = 101.384 + 207.023 = 308.407.
    const { invoice } = await converted({
      ...ZAL,
      advancePayments: [
        { date: "2026-02-05", amount: "123" },
        { date: "2026-02-10", amount: "246" },
      ],
    });
    expect(invoice.totals?.standard).toEqual({ net: "300.00", vat: "69.00", vatInPln: "308.41" });
    expect(invoice.advancePayments?.map(({ exchangeRate }) => exchangeRate)).toEqual(["4.4080", "4.5005"]);
    expect(invoice).not.toHaveProperty("advanceExchangeRate");
  });

  it("is by the rate of the corrected invoice when that is given", async () => {
    const totals = { standard: { net: "-100", vat: "-23" } };
    const before = { amountDue: "123", exchangeRate: "4.3" };
    const { invoice, asked } = await converted({
      kind: "KOR_ZAL",
      totals,
      correction: { ...correction, before },
    });
    expect(invoice.totals?.standard?.vatInPln).toBe("-98.90");
    expect(invoice.advanceExchangeRate).toBe("4.3");
    expect(asked).toEqual([]);
  });
});
