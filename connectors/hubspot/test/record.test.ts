import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { dayOf } from "../src/record.ts";
import { connected, company, served, settings } from "./serve.ts";
import { connector } from "../src/index.ts";
import { testHost } from "./host.ts";

const line = { name: "Krzesło", quantity: "2", price: "100", hs_tax_rate_group_id: "VAT23" };
const issue = { number: "FV/2026/02/001", date: "2026-02-15" };

describe("an invoice of HubSpot", () => {
  it("is issued from the moment it is open, and not any more when it is voided", async () => {
    await using hubspot = await connected();
    const { account, source } = hubspot;
    const id = account.draftInvoice({ lines: [line], company });
    const ref = { type: "invoice", id };
    expect((await source.fetch(ref))?.issuedOn).toBeUndefined();
    account.finalise(id, issue);
    expect((await source.fetch(ref))?.issuedOn).toBe("2026-02-15");
    account.change("invoices", id, { hs_invoice_status: "paid" });
    expect((await source.fetch(ref))?.issuedOn).toBe("2026-02-15");
    account.change("invoices", id, { hs_invoice_status: "voided" });
    expect((await source.fetch(ref))?.issuedOn).toBeUndefined();
  });

  it("is no record when it is deleted", async () => {
    await using hubspot = await connected();
    const id = hubspot.account.draftInvoice({ lines: [line] });
    hubspot.account.remove("invoices", id);
    expect(await hubspot.source.fetch({ type: "invoice", id })).toBeUndefined();
  });

  it("comes with its line items in their order, its company and its contact", async () => {
    await using hubspot = await connected();
    const { account, source } = hubspot;
    const id = account.draftInvoice({
      lines: [
        { name: "second", hs_position_on_quote: "1" },
        { name: "first", hs_position_on_quote: "0" },
      ],
      company,
      contact: { firstname: "Dział", lastname: "Zakupów" },
    });
    const document = await source.fetch({ type: "invoice", id });
    expect(document?.content).toMatchObject({
      invoice: { id, properties: { hs_invoice_status: "draft" } },
      lineItems: [{ properties: { name: "first" } }, { properties: { name: "second" } }],
      company: { properties: { nip: "812-345-67-01" } },
      contact: { properties: { lastname: "Zakupów" } },
      corrects: null,
    });
  });

  it("has all its lines when there are more than come with it", async () => {
    await using hubspot = await connected();
    const lines = Array.from({ length: 130 }, (_, at) => ({ ...line, name: `Line ${at}` }));
    const id = hubspot.account.draftInvoice({ lines });
    const document = await hubspot.source.fetch({ type: "invoice", id });
    expect(document?.content).toMatchObject({ lineItems: lines.map((properties) => ({ properties })) });
    // 100 come with the invoice, then all by associations; 100 and 30 are read.
    expect(hubspot.calls.filter((call) => call.includes("line_items/batch/read"))).toHaveLength(2);
  });

  it("keeps its revision when it is written back to or paid, and has another when it changes", async () => {
    await using hubspot = await connected({}, { moreInvoiceProperties: ["ksef_number", "hs_title"] });
    const { account, source, at } = hubspot;
    await source.check?.();
    const id = account.draftInvoice({ lines: [line], company });
    account.finalise(id, issue);
    const revision = async () => (await source.fetch({ type: "invoice", id }))?.revision;
    const first = await revision();
    at.now += 60_000;
    account.change("invoices", id, { ksef_number: "X", ksef_status: "accepted" }, "INTEGRATION");
    account.change("invoices", id, { hs_invoice_status: "paid" });
    expect(await revision()).toBe(first);
    account.change("invoices", id, { hs_title: "Luty" });
    const titled = await revision();
    expect(titled).not.toBe(first);
    const [lineId = ""] = account.associatedIds("invoices", id, "line_items");
    account.change("line_items", lineId, { quantity: "3" });
    const second = await revision();
    expect(second).not.toBe(titled);
    const [companyId = ""] = account.associatedIds("invoices", id, "companies");
    account.change("companies", companyId, { nip: "5260001246" });
    expect(new Set([first, titled, second, await revision()]).size).toBe(4);
  });
});

describe("the day of a date", () => {
  it("is that of midnight UTC, or the day in Poland of an instant", () => {
    expect(dayOf("2026-02-15")).toBe("2026-02-15");
    expect(dayOf("2026-02-15T00:00:00Z")).toBe("2026-02-15");
    expect(dayOf("2026-02-15T00:00:00.000Z")).toBe("2026-02-15");
    // 20,499 days after 1970-01-01: 20,454 to 2026-01-01, and 45 more.
    expect(dayOf(String((20_454 + 45) * 86_400_000))).toBe("2026-02-15");
    // Half past eleven in the evening UTC is half past midnight in Warsaw.
    expect(dayOf("2026-02-14T23:30:00Z")).toBe("2026-02-15");
    expect(dayOf("15.02.2026")).toBeUndefined();
    expect(dayOf("20260215")).toBeUndefined();
    expect(dayOf("99999999999999999999")).toBeUndefined();
    expect(dayOf("2026-02-15T10:00:00")).toBeUndefined();
  });
});

const sample = new URL("../../../../shared/vendors/hubspot/docs-invoice-get.json", import.meta.url);

describe("answers", () => {
  it.skipIf(!existsSync(sample))(
    "of the published sample are read (skipped without the vendor's samples)",
    async () => {
      const text = readFileSync(sample, "utf8");
      await using server = await served(
        () => new Response(text, { headers: { "content-type": "application/json" } }),
      );
      const config = connector.config.parse({ ...settings, baseUrl: server.baseUrl });
      const document = await connector
        .connect(config, testHost().host)
        .fetch({ type: "invoice", id: "44446244097" });
      // It does not say its date: the day it was made stands for it.
      expect(document).toMatchObject({ issuedOn: "2023-03-08", content: { invoice: JSON.parse(text) } });
    },
  );

  it.each([
    ["no JSON", "<html>", "text/html"],
    ["cut off", '{"id":"1","prop', "application/json"],
    ["of another shape", '{"id":1,"properties":[]}', "application/json"],
    ["without a type", '{"id":"1"}', ""],
  ])("that are %s are against the specification", async (_, text, type) => {
    await using server = await served(
      () => new Response(text, { headers: type === "" ? {} : { "content-type": type } }),
    );
    const config = connector.config.parse({ ...settings, baseUrl: server.baseUrl });
    const read = connector.connect(config, testHost().host).fetch({ type: "invoice", id: "1" });
    await expect(read).rejects.toMatchObject({ code: "vendor.protocol" });
  });

  it("may have fields that nobody knows", async () => {
    const answer = {
      id: "1",
      properties: { hs_invoice_status: "open", hs_invoice_date: 1771113600000, new_one: true },
      more: [1],
    };
    await using server = await served(() => Response.json(answer));
    const config = connector.config.parse({ ...settings, baseUrl: server.baseUrl });
    const document = await connector.connect(config, testHost().host).fetch({ type: "invoice", id: "1" });
    expect(document).toMatchObject({ issuedOn: "2026-02-15", content: { invoice: answer } });
  });
});
