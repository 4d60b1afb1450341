import { HubError, type SourceDocument } from "@ksef-hub/core";
import { describe, expect, it } from "vitest";
import { connector } from "../src/index.ts";
import { draftOf } from "../src/map.ts";
import { company, settings } from "./serve.ts";

type Properties = Record<string, string | number | null>;

interface Given {
  invoice?: Properties;
  line?: Properties;
  company?: Properties | null;
  contact?: Properties | null;
  corrects?: Properties | null;
  associations?: Record<string, string[]>;
  config?: Record<string, unknown>;
}

const object = (id: string, properties: Properties) => ({ id, properties });

function draft({
  invoice,
  line,
  company: buyer = company,
  contact = null,
  corrects = null,
  associations = {},
  config,
}: Given) {
  const content = {
    invoice: {
      ...object("1", {
        hs_number: "FV/1",
        hs_invoice_date: "2026-02-15T00:00:00Z",
        hs_currency: "PLN",
        ...invoice,
      }),
      associations: Object.fromEntries(
        Object.entries(associations).map(([type, ids]) => [type, { results: ids.map((id) => ({ id })) }]),
      ),
    },
    lineItems: [object("2", { name: "Krzesło", quantity: "2", price: "100", ...line })],
    company: buyer && object("3", buyer),
    contact: contact && object("4", contact),
    corrects: corrects && object("5", corrects),
  };
  const document: SourceDocument = {
    ref: { type: "invoice", id: "1" },
    revision: "r",
    issuedOn: "2026-02-15",
    content,
  };
  return draftOf(document, connector.config.parse({ ...settings, ...config }));
}

function refusal(given: Given): HubError {
  try {
    draft(given);
  } catch (thrown) {
    if (thrown instanceof HubError) return thrown;
  }
  throw new Error("It was not refused.");
}

describe("the parties", () => {
  it("are the seller of the connection and the company of the invoice", () => {
    const { seller, buyer } = draft({});
    expect(seller).toEqual({
      nip: "7941234509",
      name: "Wymyślona Pracownia Mebli sp. z o.o.",
      address: { country: "PL", line1: "ul. Zmyślona 7", line2: "61-001 Poznań" },
    });
    expect(buyer).toEqual({
      nip: "8123456701",
      name: "Nieistniejące Biuro Projektów S.A.",
      address: { country: "PL", line1: "al. Fikcyjna 12/4", line2: "00-999 Warszawa" },
    });
  });

  it.each([
    ["PL 812-345-67-01", "Poland", { nip: "8123456701" }],
    ["8123456701", null, { nip: "8123456701" }],
    ["812345670", "PL", { nip: "812345670" }],
    ["de 123 456 789", "Germany", { euVat: { country: "DE", number: "123456789" } }],
    ["123/456", "Niemcy", { otherTaxId: { country: "DE", number: "123/456" } }],
    ["GB999999973", "United Kingdom", { otherTaxId: { country: "GB", number: "GB999999973" } }],
    ["CHE-123.456.789", "ch", { otherTaxId: { country: "CH", number: "CHE123456789" } }],
    [null, "Polska", {}],
  ])("%s of %s", (nip, country, identity) => {
    const { buyer } = draft({ company: { ...company, nip, country } });
    const { name, address, ...rest } = buyer ?? {};
    expect(rest).toEqual(identity);
    expect(name).toBe(company.name);
    expect(address?.line1).toBe("al. Fikcyjna 12/4");
  });

  it("have the tax number in the property that the connection names", () => {
    expect(
      draft({
        company: { ...company, nip: null, vat_id: "8123456701" },
        config: { buyerTaxProperty: "vat_id" },
      }).buyer?.nip,
    ).toBe("8123456701");
  });

  it("are a consumer only where the connection says so", () => {
    const contact = {
      firstname: "Abc",
      lastname: "Def",
      address: "ul. Fikcyjna 1",
      city: "Łódź",
      zip: "90-001",
      hs_country_code: "PL",
    };
    const known = {
      name: "Abc Def",
      address: { country: "PL", line1: "ul. Fikcyjna 1", line2: "90-001 Łódź" },
    };
    expect(draft({ company: null, contact }).buyer).toEqual(known);
    expect(draft({ company: null, contact, config: { contactsAreConsumers: true } }).buyer).toEqual({
      ...known,
      noTaxId: true,
    });
    expect(draft({ company: null }).buyer).toEqual({});
  });

  it("are not guessed among several companies", () => {
    const { code, faults } = refusal({ company: null, associations: { companies: ["3", "4"] } });
    expect([code, faults[0]?.path]).toEqual(["map.incomplete", "buyer"]);
  });
});

function lineOf(line: Properties, config = {}) {
  const { source, ...rest } = draft({ line, config }).lines[0] ?? { source: null };
  expect(source).toMatchObject({ id: "2", properties: line });
  return rest;
}

describe("a line", () => {
  it("has what HubSpot knows, and not what it does not", () => {
    expect(lineOf({ hs_tax_rate_group_id: "987", hs_sku: "K-1", unit: "para" })).toEqual({
      name: "Krzesło",
      code: "K-1",
      quantity: "2",
      unitNetPrice: "100",
      taxCode: "987",
    });
    const config = { lineTaxProperty: "vat", lineUnitProperty: "unit" };
    expect(lineOf({ vat: "zw", unit: "para" }, config)).toMatchObject({ taxCode: "zw", unitCode: "para" });
  });

  it("has exact figures, however HubSpot writes them", () => {
    // 0.1 + 0.2 in floating point would be 0.30000000000000004.
    expect(lineOf({ price: 0.3, quantity: 1e21 })).toMatchObject({
      unitNetPrice: "0.3",
      quantity: "1000000000000000000000",
    });
    expect(lineOf({ price: "1234.5600", quantity: "2.0" })).toMatchObject({
      unitNetPrice: "1234.56",
      quantity: "2",
    });
    expect(lineOf({ price: 1e-7 })).toMatchObject({ unitNetPrice: "0.0000001" });
    // 3 x 0.335 = 1.005, half a grosz up.
    expect(lineOf({ price: "0.335", quantity: "3", amount: "1.005" })).toMatchObject({ netAmount: "1.01" });
  });

  it("has a discount on one unit, by amount or by percentage", () => {
    expect(lineOf({ discount: "12.5" }).unitDiscount).toBe("12.5");
    // 100 x 33.333333 % = 33.333333.
    expect(lineOf({ hs_discount_percentage: "33.333333", discount: "1" }).unitDiscount).toBe("33.333333");
    expect(lineOf({ hs_discount_percentage: "0", discount: "0.00" }).unitDiscount).toBeUndefined();
  });

  it.each<{ why: string; line: Properties }>([
    { why: "without its discount", line: { hs_discount_percentage: "10", amount: "200" } },
    {
      why: "by the other of two discounts",
      line: { hs_discount_percentage: "10", discount: "5", amount: "190" },
    },
    { why: "for a year of months", line: { amount: "2400" } },
  ])("is refused when HubSpot has another amount: $why", ({ line }) => {
    const { code, faults } = refusal({ line });
    expect([code, faults[0]?.code, faults[0]?.path]).toEqual([
      "map.incomplete",
      "hubspot.amount",
      "lines.0.netAmount",
    ]);
  });

  it("may be a grosz off by rounding", () => {
    // (100 - 33.333333) x 2 = 133.333334; HubSpot writes 133.33.
    const line = { hs_discount_percentage: "33.333333", amount: "133.33" };
    expect(lineOf(line)).toMatchObject({ netAmount: "133.33", unitDiscount: "33.333333" });
  });

  it("keeps what is no number, for the model to name", () => {
    expect(lineOf({ price: "12,50" })).toMatchObject({ unitNetPrice: "12,50" });
  });
});

describe("the head", () => {
  it("has number, days and currency", () => {
    const { number, issueDate, currency, payment } = draft({ invoice: { hs_due_date: "1772323200000" } });
    expect({ number, issueDate, currency }).toEqual({
      number: "FV/1",
      issueDate: "2026-02-15",
      currency: "PLN",
    });
    // 1,772,323,200 s = 20,513 days: 20,454 to 2026-01-01 and 59 more.
    expect(payment).toEqual({ terms: [{ date: "2026-03-01" }] });
  });

  it("leaves out what is not there", () => {
    expect(
      Object.keys(
        draft({ invoice: { hs_number: null, hs_invoice_date: null, hs_currency: null } }),
      ).toSorted(),
    ).toEqual(["buyer", "lines", "seller"]);
    expect(
      draft({ invoice: { hs_currency: null }, line: { hs_line_item_currency_code: "EUR" } }).currency,
    ).toBe("EUR");
  });

  it.each(["discounts", "fees"])("is refused with %s on the whole invoice", (type) => {
    const { code, faults } = refusal({ associations: { [type]: ["9"] } });
    expect([code, faults[0]?.code]).toEqual(["map.incomplete", "hubspot.whole-invoice"]);
  });

  it("is refused when the content is something else", () => {
    const document = {
      ref: { type: "invoice", id: "1" },
      revision: "r",
      issuedOn: "2026-02-15",
      content: { invoice: [] },
    };
    expect(() => draftOf(document, connector.config.parse(settings))).toThrow(
      expect.objectContaining({ code: "vendor.protocol" }),
    );
  });
});

describe("a correction", () => {
  const invoice = { ksef_corrects_invoice: "FV/0" };

  it("says by hand what HubSpot does not have", () => {
    const outside = draft({ invoice: { ...invoice, ksef_original_date: "2025-12-30" } });
    expect(outside.correction?.correctedInvoices).toEqual([
      { number: "FV/0", issueDate: "2025-12-30", outsideKsef: true },
    ]);
    const ksefNumber = "7941234509-20260302-0A1B2C3D4E5F-63";
    const inside = draft({
      invoice: { ...invoice, ksef_original_date: "2026-03-02", ksef_original_number: ksefNumber },
    });
    expect(inside.correction?.correctedInvoices).toEqual([
      { number: "FV/0", issueDate: "2026-03-02", ksefNumber },
    ]);
  });

  it.each([
    ["not in HubSpot", null],
    ["without a KSeF number yet", { hs_number: "FV/0", hs_invoice_date: "2026-02-01" }],
  ])("waits for an original that is %s", (_, corrects) => {
    const { code, faults } = refusal({ invoice, corrects });
    expect([code, faults[0]?.code]).toEqual(["map.incomplete", "hubspot.original"]);
  });
});
