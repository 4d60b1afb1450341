import { Invoice, normalise } from "@ksef-hub/core";
import { toFa3, validate } from "@ksef-hub/core/fa3";
import { describe, expect, it } from "vitest";
import { demoInvoices } from "../src/demo/invoices.ts";

const nip = "5265877635";
const issueDate = "2026-11-22";
// From the guide of KSeF: its check digits are right.
const ksefNumber = "5265877635-20250826-0100001AF629-AF";
const now = Date.parse("2026-11-22T12:00:00Z");
const invoices = demoInvoices({ nip, issueDate, series: "T4VQKD" });

/** The whole invoice as it goes to KSeF, by kind and number. */
async function whole(name: string): Promise<Invoice> {
  const found = invoices.find(({ number }) => number.startsWith(name));
  if (found === undefined) throw new Error(`the demo has no ${name}`);
  return normalise(Invoice.parse(found.invoice(ksefNumber)), { now });
}

const due = async (name: string): Promise<string | undefined> => (await whole(name)).amountDue;

describe("the demo's invoices", () => {
  it.each(invoices.map(({ number }) => number))(
    "%s is one about which the validator has nothing to say",
    async (number) => {
      const xml = toFa3(await whole(number));
      expect(validate(new TextEncoder().encode(xml), { today: issueDate, production: true })).toEqual([]);
    },
  );

  it("are of several kinds, in two currencies, with and without VAT", async () => {
    const all = await Promise.all(invoices.map(({ number }) => whole(number)));
    expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(["VAT", "UPR", "ZAL", "ROZ", "KOR"]));
    expect(new Set(all.map(({ currency }) => currency))).toEqual(new Set(["PLN", "EUR"]));
    const rates = all.flatMap(({ lines = [] }) => lines.map(({ rate }) => rate));
    expect(new Set(rates)).toEqual(new Set(["23", "5", "8", "zw", "0 WDT", "np II"]));
  });

  it("come to what was worked out by hand", async () => {
    // 20 x 89.90 + 15 x 14.20 = 2,011.00 at 23 % (462.53), 6 x 54.00 = 324.00 at 5 % (16.20)
    expect(await due("FV1")).toBe("2813.73");
    expect(await due("FV2")).toBe("5200.00"); // 8 x 650.00, exempt
    expect(await due("FV3")).toBe("4350.00"); // 300 x 14.50 EUR at 0 %
    expect(await due("FV4")).toBe("1140.00"); // 12 x 95.00 EUR, taxed abroad
    expect(await due("FV5")).toBe("270.00"); // 250.00 at 8 % (20.00)
    // 13,200.00 at 23 % (3,036.00) is 16,236.00, of which 4,920.00 in advance
    expect([await due("ZAL"), await due("ROZ")]).toEqual(["4920.00", "11316.00"]);
    expect(await due("KOR")).toBe("-221.15"); // -2 x 89.90 = -179.80 at 23 % (-41.35)
  });

  it("name each invoice after the one it follows, and need its KSeF number", () => {
    const numbers = invoices.map(({ number }) => number);
    const follows = invoices.flatMap((invoice) => invoice.follows ?? []);
    expect(follows).toHaveLength(2);
    expect(numbers).toEqual(expect.arrayContaining(follows));
    expect(() => invoices.at(-1)?.invoice()).toThrow(TypeError);
  });

  it("have numbers of their own in each series", () => {
    const other = demoInvoices({ nip, issueDate, series: "T4VQKE" });
    expect(new Set([...invoices, ...other].map(({ number }) => number)).size).toBe(2 * invoices.length);
  });
});
