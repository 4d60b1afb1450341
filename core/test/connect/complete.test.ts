import { describe, expect, it } from "vitest";
import { complete, valueAt } from "../../src/connect/complete.ts";
import type { Draft } from "../../src/connect/draft.ts";
import { Mapping } from "../../src/connect/mapping.ts";
import { HubError, type Fault } from "../../src/error.ts";
import { toFa3, validate } from "../../src/fa3/index.ts";
import { normalise } from "../../src/normalise/index.ts";

const record = {
  number: 17,
  company: { properties: { nip: " 1111111111 ", empty: "" }, tags: [{ name: "vip" }] },
};
const draft: Draft = {
  number: "FV/17",
  issueDate: "2026-02-15",
  seller: {
    nip: "5265877635",
    name: "Palarnia sp. z o.o.",
    address: { country: "PL", line1: "ul. Wymyślona 7" },
  },
  buyer: { name: "Kawiarnia s.c.", address: { country: "PL", line1: "ul. Bajkowa 12" } },
  lines: [
    {
      name: "Kawa",
      quantity: "2",
      unitNetPrice: "50.00",
      taxCode: "TAX001",
      unitCode: "each",
      source: { cn: "0901" },
    },
    { name: "Dostawa", quantity: "1", unitNetPrice: "10.00", rate: "8", unit: "usł.", source: {} },
  ],
};
const mapping = Mapping.parse({
  fields: {
    "buyer.nip": "company.properties.nip",
    "lines.cn": "line.cn",
    "lines.code": "company.tags[0].name",
  },
  taxCodes: { TAX001: "23" },
  units: { each: "szt." },
  defaults: { "buyer.localGovernmentUnit": false, "lines.unit": "kpl.", currency: "PLN" },
});

function faultsOf(work: () => unknown): Fault[] {
  try {
    work();
  } catch (error) {
    if (error instanceof HubError && error.code === "map.incomplete") return error.faults;
    throw error;
  }
  return [];
}

describe("a draft and a mapping", () => {
  it("become an invoice: fields of the record, then codes, then defaults where nothing is said", async () => {
    const invoice = complete(draft, record, mapping);
    expect(invoice.buyer.nip).toBe("1111111111");
    expect(invoice.lines).toEqual([
      {
        name: "Kawa",
        quantity: "2",
        unitNetPrice: "50.00",
        rate: "23",
        unit: "szt.",
        cn: "0901",
        code: "vip",
      },
      { name: "Dostawa", quantity: "1", unitNetPrice: "10.00", rate: "8", unit: "usł.", code: "vip" },
    ]);
    // 2 x 50.00 + 23 % and 10.00 + 8 %: 123.00 + 10.80.
    const now = Date.parse("2026-02-15T12:00:00Z");
    const exchangeRates = { rateOn: () => Promise.reject(new Error("all is in PLN")) };
    const whole = await normalise(invoice, { now, exchangeRates: exchangeRates as never });
    expect(whole.amountDue).toBe("133.80");
    const found = validate(new TextEncoder().encode(toFa3(whole)));
    expect(found.filter(({ severity }) => severity !== "warning")).toEqual([]);
  });

  it("leave the draft as it was", () => {
    const before = structuredClone(draft);
    complete(draft, record, mapping);
    expect(draft).toEqual(before);
  });

  it("name each tax code without a rate, once, and the line without any", () => {
    const lines = [
      ...draft.lines,
      { name: "Kubek", quantity: "1", unitNetPrice: "5.00", unit: "szt.", source: {} },
    ];
    const faults = faultsOf(() => complete({ ...draft, lines }, record, { ...mapping, taxCodes: {} }));
    expect(faults.map(({ code, path }) => [code, path])).toEqual([
      ["map.tax-code", "lines.0.rate"],
      ["map.rate", "lines.2.rate"],
    ]);
    expect(faults[0]?.message).toContain('"TAX001"');
    expect(faults[0]?.messagePl).toContain("stawki VAT");
  });

  it("name what is missing or wrong in both languages, and where it can be filled in", () => {
    const { nip: _, ...seller } = draft.seller ?? {};
    const faults = faultsOf(() => complete({ ...draft, seller, issueDate: "15.02.2026" }, record, mapping));
    expect(faults.map(({ code, path }) => [code, path])).toEqual(
      expect.arrayContaining([
        ["map.field", "issueDate"],
        ["map.field", "seller.nip"],
      ]),
    );
    for (const { message, messagePl } of faults) {
      expect(message).toContain("in the connection");
      expect(messagePl).toContain("w połączeniu");
    }
  });

  it("tell what is wrong with a line by its number", () => {
    const lines = [{ name: "Kawa", quantity: "dwa", unitNetPrice: "50.00", rate: "23" as const, source: {} }];
    const [fault] = faultsOf(() => complete({ ...draft, lines }, record, mapping));
    expect(fault).toMatchObject({
      path: "lines.0.quantity",
      message: expect.stringContaining('map "lines.quantity"'),
    });
  });
});

describe("a mapping", () => {
  it.each([
    [{ fields: { "buyer.nipp": "x" } }, 'do you mean "buyer.nip"?'],
    [{ defaults: { nonsense: "x" } }, 'The model has no field "nonsense".'],
    [{ taxCodes: { TAX001: "24" } }, "Invalid option"],
    [{ taxcodes: {} }, "Unrecognized key"],
    [{ fields: { __proto__x: "x" } }, "The model has no field"],
  ])("is refused: %j", (given, sentence) => {
    const messages = Mapping.safeParse(given).error?.issues.map(({ message }) => message) ?? [];
    expect(messages.join(" ")).toContain(sentence);
  });
});

it.each([
  ["company.properties.nip", "1111111111"],
  ["company.tags[0].name", "vip"],
  ["company.tags.0.name", "vip"],
  ["number", "17"],
  ["company.properties.empty", undefined],
  ["company.tags[1].name", undefined],
  ["company", undefined],
  ["company.constructor.name", undefined],
  ["", undefined],
])("finds a single value at %j", (path, value) => {
  expect(valueAt(record, path)).toBe(value);
});
