import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import type { Row } from "../src/demo/row.ts";
import { renderTable } from "../src/demo/table.ts";

const ksefNumber = "5265877635-20261122-0100001AF629-AF";
const done: Row = {
  tenant: "5265877635",
  number: "FV1/T4VQKD",
  kind: "VAT",
  gross: "12 813.73 PLN",
  state: "reported",
  ksefNumber,
};
const held: Row = { ...done, number: "FV2/T4VQKD", state: "held", reason: "Something is wrong. ".repeat(20) };
delete held.ksefNumber;
const moving: Row = { ...held, number: "FV3/T4VQKD", state: "sent" };
const space = { columns: 80, lines: 24, colour: false };

describe("the table of the demo", () => {
  it("shows all of a finished invoice in 80 columns", () => {
    const [, line] = renderTable([done], space).split("\n");

    expect(line).toBe(`✔ FV1/T4VQKD  VAT   12 813.73 PLN  reported  ${ksefNumber}`);
  });

  it.each([60, 80, 120, 200])("is never wider than a terminal of %i columns", (columns) => {
    const rows = [done, held, { ...moving, file: "a-name-that-is-long-enough-to-be-cut.xml" }];
    for (const line of renderTable(rows, { columns, lines: 24, colour: true }).split("\n"))
      expect(stripVTControlCharacters(line).length).toBeLessThanOrEqual(columns);
  });

  it("keeps the KSeF number whole and drops what the rows can do without", () => {
    const text = renderTable([{ ...done, file: "FA_3_Przyklad_1.xml" }], space);

    expect(text).toContain(ksefNumber);
    expect(text).toContain("FA_3_Przyklad_1.xml");
    expect(text).not.toContain("VAT");
  });

  it("shows those that move and those that failed when not all have room", () => {
    const rows = [...Array.from({ length: 40 }, () => ({ ...done })), held, moving];
    const text = renderTable(rows, { ...space, lines: 10 });

    expect(text.split("\n").length).toBeLessThanOrEqual(10);
    expect(text).toContain("FV2/T4VQKD");
    expect(text).toContain("FV3/T4VQKD");
    expect(text).toContain("42 invoices: 40 reported, 1 held, 1 sent");
  });

  it("lets no control character of a document reach the terminal", () => {
    const text = renderTable([{ ...held, number: "FV\u001b[2J\u009b1", reason: "a\r\nb" }], space);

    expect(text).toContain("FV?[2J?1");
    expect(text).toContain("a b");
  });
});
