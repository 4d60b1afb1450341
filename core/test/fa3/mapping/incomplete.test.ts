import { expect, it } from "vitest";
import { HubError } from "../../../src/error.ts";
import { fromFa3 } from "../../../src/fa3/from-fa3.ts";
import { toFa3 } from "../../../src/fa3/to-fa3.ts";
import { Invoice } from "../../../src/model.ts";

/** As small as an invoice can be written by hand. */
const minimal: Invoice = {
  number: "FV/1",
  issueDate: "2026-02-15",
  seller: { nip: "9999999999", name: "Sprzedawca", address: { country: "PL", line1: "ul. Pierwsza 1" } },
  buyer: { nip: "1111111111", name: "Nabywca" },
  lines: [{ name: "Usługa", quantity: "1", unit: "szt.", unitNetPrice: "100.00", rate: "23" }],
};

it("takes a minimal invoice", () => {
  expect(Invoice.parse(minimal)).toEqual(minimal);
});

it("names everything the schema demands and nobody has filled", () => {
  const faults = refusal({
    ...minimal,
    order: { lines: [{ number: 1 }, { name: "Stół" }] },
  }).faults;
  expect(faults.map(({ code }) => code)).toEqual(Array.from({ length: 5 }, () => "fa3.incomplete"));
  expect(faults.map(({ path }) => path)).toEqual([
    "createdAt",
    "amountDue",
    "lines[0].number",
    "order.grossTotal",
    "order.lines[1].number",
  ]);
});

it("writes the defaults: PLN, VAT, and no to every statement", () => {
  const filled = { ...minimal, createdAt: "2026-02-15T08:00:00Z", amountDue: "123.00", lines: [] };
  const read = fromFa3(new TextEncoder().encode(toFa3(filled)));
  const { lines: _, ...rest } = filled;
  expect(read).toEqual({ ...rest, kind: "VAT", currency: "PLN" });
});

it("refuses what the schema would, and says where", () => {
  expect(refused({ amountDue: 12 })).toEqual(["amountDue"]);
  expect(refused({ amountDue: "1,50" })).toEqual(["amountDue"]);
  expect(refused({ amountDue: "0.001" })).toEqual(["amountDue"]);
  expect(refused({ issueDate: "2026-02-29" })).toEqual(["issueDate"]);
  expect(refused({ number: " \n" })).toEqual(["number"]);
  expect(refused({ number: "a\u0000" })).toEqual(["number"]);
  expect(refused({ number: "a\uFFFE" })).toEqual(["number"]);
  expect(refused({ number: "a\uD800" })).toEqual(["number"]);
  expect(refused({ number: "a\u0080" })).toEqual(["number"]);
  expect(refused({ buyer: { name: "Nabywca" } })).toEqual(["buyer"]);
  expect(refused({ buyer: { nip: "1111111111", noTaxId: true } })).toEqual(["buyer"]);
  expect(refused({ lines: [{ nmae: "Usługa" }] })).toEqual(["lines.0"]);
  expect(refused({ createdAt: "2025-08-31T23:59:59Z" })).toEqual(["createdAt"]);
});

function refusal(invoice: Invoice): HubError {
  try {
    toFa3(invoice);
  } catch (error) {
    if (error instanceof HubError) return error;
    throw error;
  }
  throw new Error("the invoice was written");
}

/** Where the model refuses the minimal invoice with this change. */
function refused(change: object): string[] {
  return Invoice.safeParse({ ...minimal, ...change }).error?.issues.map(({ path }) => path.join(".")) ?? [];
}
