import { checkInvoice } from "@ksef-hub/core/fa3";
import { describe, expect, it } from "vitest";
import { demoInvoices } from "../src/demo/invoices.ts";

const nip = "5265877635";
const issueDate = "2026-11-22";
const ksefNumber = "5265877635-20261122-0100001AF629-AF";
const invoices = demoInvoices({ nip, issueDate, series: "T4VQKD" });
const written = invoices.map(({ number, xml }) => ({ number, xml: xml(ksefNumber) }));

describe("the demo's invoices", () => {
  it.each(written)("$number passes the official schema", ({ number, xml }) => {
    const header = checkInvoice(new TextEncoder().encode(xml));

    expect(header).toMatchObject({ number, sellerNip: nip, issueDate });
  });

  it("are of several kinds, in two currencies, with and without VAT", () => {
    expect(new Set(written.flatMap(({ xml }) => texts(xml, "RodzajFaktury")))).toEqual(
      new Set(["VAT", "UPR", "ZAL", "ROZ", "KOR"]),
    );
    expect(new Set(written.flatMap(({ xml }) => texts(xml, "KodWaluty")))).toEqual(new Set(["PLN", "EUR"]));
    expect(new Set(written.flatMap(({ xml }) => texts(xml, "P_12")))).toEqual(
      new Set(["23", "5", "zw", "0 WDT", "np II"]),
    );
  });

  it.each(written)("$number adds up: net and VAT are the gross", ({ xml }) => {
    const parts = [...xml.matchAll(/<P_1[34]_[\d_]+>([^<]*)</g)].map(([, value]) => cents(value));

    expect(parts.length).toBeGreaterThan(0);
    expect(sum(parts)).toBe(cents(texts(xml, "P_15")[0]));
  });

  it.each(written.slice(0, 4))("$number sums up its lines", ({ xml }) => {
    const lines = texts(xml, "P_11").map(cents);
    const nets = [...xml.matchAll(/<P_13_[\d_]+>([^<]*)</g)].map(([, value]) => cents(value));

    expect(sum(lines)).toBe(sum(nets));
  });

  it("settle the advance: both together are the order", () => {
    const advance = of("ZAL");
    const gross = cents(texts(advance, "P_15")[0]) + cents(texts(of("ROZ"), "P_15")[0]);

    expect(gross).toBe(cents(texts(advance, "WartoscZamowienia")[0]));
    expect(texts(of("ROZ"), "NrKSeFFaZaliczkowej")).toEqual([ksefNumber]);
  });

  it("correct the first: the difference of the lines after and before, under its KSeF number", () => {
    const [before, after] = texts(of("KOR"), "P_11").map(cents);

    expect(cents(texts(of("KOR"), "P_13_1")[0])).toBe((after ?? 0) - (before ?? 0));
    expect(texts(of("KOR"), "NrFaKorygowanej")).toEqual([written[0]?.number]);
    expect(texts(of("KOR"), "NrKSeFFaKorygowanej")).toEqual([ksefNumber]);
  });

  it("name each invoice after the one it follows", () => {
    const numbers = invoices.map(({ number }) => number);
    const follows = invoices.flatMap((invoice) => invoice.follows ?? []);

    expect(follows).toHaveLength(2);
    expect(numbers).toEqual(expect.arrayContaining(follows));
    expect(() => invoices.at(-1)?.xml()).toThrow(TypeError);
  });

  it("have numbers of their own in each series", () => {
    const other = demoInvoices({ nip, issueDate, series: "T4VQKE" });

    expect(new Set([...invoices, ...other].map(({ number }) => number)).size).toBe(2 * invoices.length);
  });

  it.each(written.flatMap(({ xml }) => texts(xml, "NIP")))("have right NIPs: %s", (value) => {
    const weights = [6, 5, 7, 2, 3, 4, 5, 6, 7];

    expect(sum(weights.map((weight, index) => weight * Number(value[index]))) % 11).toBe(Number(value[9]));
  });

  it("escape what they are given", () => {
    const [invoice] = demoInvoices({ nip, issueDate, series: '<&">' });

    expect(checkInvoice(new TextEncoder().encode(invoice?.xml())).number).toBe('FV1/<&">');
  });
});

const texts = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<${name}>([^<]*)<`, "g"))].map(([, value]) => value ?? "");

const of = (kind: string): string =>
  written.find(({ xml }) => texts(xml, "RodzajFaktury")[0] === kind)?.xml ?? "";

const cents = (value: string | undefined): number => Math.round(Number(value) * 100);

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
