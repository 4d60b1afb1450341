import { Mapping } from "@ksef-hub/core/connect";
import { connectorContract } from "@ksef-hub/core/testing";
import { describe, it } from "vitest";
import { connector } from "../src/index.ts";
import { hubspotSandbox } from "../src/sandbox.ts";
import { company, served, settings } from "./serve.ts";

describe("HubSpot", () => {
  connectorContract(it, async () => {
    let now = Date.parse("2026-02-16T12:00:00Z");
    let failing: number | "silent" | undefined;
    let count = 0;
    const { app, account } = hubspotSandbox({ token: settings.accessToken, portalId: 62515, now: () => now });
    const server = await served(async (request) => {
      if (failing === "silent") return new Promise<Response>(() => undefined);
      if (failing === undefined) return app.fetch(request);
      const headers = { "retry-after": "7" };
      return Response.json({ status: "error", message: "Not now." }, { status: failing, headers });
    });
    return {
      connector,
      config: { ...settings, baseUrl: server.baseUrl },
      mapping: Mapping.parse({ taxCodes: { VAT23: "23" }, defaults: { "lines.unit": "szt." } }),
      secrets: [settings.accessToken, settings.clientSecret],
      issue: async () => {
        now += 1_000;
        const line = {
          name: "Krzesło",
          quantity: "1",
          price: "100",
          amount: "100",
          hs_tax_rate_group_id: "VAT23",
        };
        const id = account.draftInvoice({ lines: [line], company });
        account.finalise(id, { number: `FV/${++count}`, date: "2026-02-16" });
        return { type: "invoice", id };
      },
      spoil: async ({ id }) => {
        account.change("invoices", id, { hs_number: null });
        for (const line of account.associatedIds("invoices", id, "line_items"))
          account.change("line_items", line, { name: null });
      },
      addUnknownField: async ({ id }) => void account.change("invoices", id, { hs_invented: "1" }),
      event: async ({ id }, receivedAt) => {
        account.events.splice(0);
        account.change("invoices", id, { hs_invoice_status: "paid" });
        const url = "https://hub.example/hooks/acme/hubspot?a=b%2Fc";
        const request = account.delivery(url, settings.clientSecret);
        const { method, headers } = request;
        return { method, url, headers, body: new Uint8Array(await request.arrayBuffer()), receivedAt };
      },
      fail: (status) => {
        failing = status;
      },
      shows: async ({ id }) => {
        const { hs_lastmodifieddate: _, ...own } = account.get("invoices", id)?.properties ?? {};
        const notes = account.associatedIds("invoices", id, "notes");
        const written = notes.map((note) => account.get("notes", note)?.properties["hs_note_body"]);
        return JSON.stringify([own, written, [...account.files.keys()]]);
      },
      now: () => now,
      close: () => server[Symbol.asyncDispose](),
    };
  });
});
