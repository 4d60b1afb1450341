import { Invoice, normalise, type Draft } from "@ksef-hub/core";
import { elementAt, textAt, toFa3, validate, openXml } from "@ksef-hub/core/fa3";
import { describe, expect, it } from "vitest";
import { company, connected } from "./serve.ts";

const rates: Record<string, string> = { VAT23: "23", VAT5: "5" };

/** What the host does with a draft: the rate of each tax code, a unit for every line, and the rest filled in. */
async function fa3Of({ lines, ...head }: Draft) {
  const invoice = Invoice.parse({
    ...head,
    lines: lines.map(({ taxCode = "", unitCode, source, ...line }) => ({
      ...line,
      rate: rates[taxCode],
      unit: source === undefined ? undefined : (unitCode ?? "szt."),
    })),
  });
  const filled = await normalise(invoice, { now: Date.parse("2026-03-09T09:30:00Z") });
  const bytes = new TextEncoder().encode(toFa3(filled));
  return { filled, bytes, faults: validate(bytes, { today: "2026-03-09" }) };
}

const original = {
  lines: [
    {
      name: "Krzesło „Łódka”",
      quantity: "4",
      price: "249.99",
      hs_discount_percentage: "10",
      amount: "899.964",
      hs_tax_rate_group_id: "VAT23",
      hs_sku: "KRZ-1",
    },
    {
      name: "Dostawa z wniesieniem",
      quantity: "1",
      price: "150",
      discount: "12.5",
      amount: "137.5",
      hs_tax_rate_group_id: "VAT23",
    },
    {
      name: "Książka „Ergonomia pracy”",
      quantity: "3",
      price: "40",
      amount: "120",
      hs_tax_rate_group_id: "VAT5",
    },
  ],
  company,
};

describe("a Polish invoice out of HubSpot", () => {
  it("becomes a valid FA(3) with the right figures", async () => {
    await using hubspot = await connected();
    const { account, source } = hubspot;
    const id = account.draftInvoice(original);
    account.finalise(id, { number: "FV/2026/03/001", date: "2026-03-02", due: "2026-03-16" });
    const document = await source.fetch({ type: "invoice", id });
    if (document === undefined) throw new Error("It is not there.");
    const { filled, bytes, faults } = await fa3Of(source.map(document));

    expect(faults).toEqual([]);
    // 4 x (249.99 - 24.999) = 899.964 -> 899.96; 150 - 12.50 = 137.50; 3 x 40 = 120.
    expect(filled.lines?.map(({ netAmount }) => netAmount)).toEqual(["899.96", "137.50", "120.00"]);
    expect(filled.lines?.map(({ unitDiscount }) => unitDiscount)).toEqual(["24.999", "12.5", undefined]);
    // 899.96 + 137.50 = 1037.46, VAT 238.6158 -> 238.62; 120 at 5 % -> 6.
    expect(filled.totals).toEqual({
      standard: { net: "1037.46", vat: "238.62" },
      superReduced: { net: "120.00", vat: "6.00" },
    });
    // 1037.46 + 238.62 + 120 + 6.
    expect(filled.amountDue).toBe("1402.08");
    const xml = openXml(bytes);
    using _ = xml.document;
    expect(textAt(xml.root, "Podmiot2/DaneIdentyfikacyjne/NIP")).toBe("8123456701");
    expect(textAt(xml.root, "Fa/P_2")).toBe("FV/2026/03/001");
    expect(elementAt(xml.root, "Fa/Platnosc/TerminPlatnosci")).toBeDefined();
  });

  it("is corrected by the differences, with the KSeF number of the original", async () => {
    await using hubspot = await connected();
    const { account, source } = hubspot;
    const first = account.draftInvoice(original);
    account.finalise(first, { number: "FV/2026/03/001", date: "2026-03-02" });
    account.change("invoices", first, { ksef_number: "7941234509-20260302-0A1B2C3D4E5F-63" }, "INTEGRATION");
    const id = account.draftInvoice({
      properties: {
        ksef_corrects_invoice: "FV/2026/03/001",
        ksef_correction_reason: "Zwrot uszkodzonego krzesła",
      },
      lines: [{ ...original.lines[0], quantity: "-1", amount: "-224.991" }],
      company,
    });
    account.finalise(id, { number: "KOR/2026/03/001", date: "2026-03-09" });
    const document = await source.fetch({ type: "invoice", id });
    if (document === undefined) throw new Error("It is not there.");
    const draft = source.map(document);
    expect(draft.correction).toEqual({
      reason: "Zwrot uszkodzonego krzesła",
      correctedInvoices: [
        {
          number: "FV/2026/03/001",
          issueDate: "2026-03-02",
          ksefNumber: "7941234509-20260302-0A1B2C3D4E5F-63",
        },
      ],
    });
    const { filled, faults } = await fa3Of(draft);
    expect(faults).toEqual([]);
    expect(filled.kind).toBe("KOR");
    // -1 x (249.99 - 24.999) = -224.991 -> -224.99; VAT -51.7477 -> -51.75; together -276.74.
    expect(filled.totals).toEqual({ standard: { net: "-224.99", vat: "-51.75" } });
    expect(filled.amountDue).toBe("-276.74");
  });
});
