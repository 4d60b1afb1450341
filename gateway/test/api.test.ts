import { Secret } from "@ksef-hub/core";
import { describe, expect, it } from "vitest";
import { sampleInvoice as invoice, sampleInvoiceXml as invoiceXml } from "@ksef-hub/core/testing";
import { Rig, type View } from "./rig.ts";

async function problem(response: Response) {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const body = (await response.json()) as {
    code: string;
    status: number;
    detail: string;
    faults?: { line?: number }[];
  };
  expect(body.status).toBe(response.status);
  return body;
}

describe("POST /v1/invoices", () => {
  it("answers 202 with the submission and where to find it", async () => {
    await using rig = await Rig.start({ worker: false });
    const response = await rig.post(invoice(), "order-1");
    const body = (await response.json()) as View;
    expect(response.status).toBe(202);
    expect(response.headers.get("location")).toBe(`/v1/invoices/${body.id}`);
    expect(body).toMatchObject({
      state: "ready",
      invoice: { number: "FV/1", gross: "123.00", sellerNip: rig.nip },
    });
    const xml = await rig.request(body.links.xml);
    expect(await xml.text()).toBe(invoiceXml());
    expect(xml.headers.get("content-type")).toBe("application/xml");
  });

  it("gives the same answer for the same key and content, and 409 for other content", async () => {
    await using rig = await Rig.start({ worker: false });
    const first = (await (await rig.post(invoice(), "order-1")).json()) as View;
    const again = await rig.post(invoice(), "order-1");
    expect(again.status).toBe(202);
    expect(await again.json()).toEqual(first);
    const other = await problem(await rig.post(invoice({ number: "FV/2" }), "order-1"));
    expect(other).toMatchObject({ status: 409, code: "request.idempotency-conflict" });
    expect(other.detail).toContain("FV/1");
  });

  it("makes one submission of twenty requests with one key at the same time", async () => {
    await using rig = await Rig.start({ worker: false });
    const answers = await Promise.all(Array.from({ length: 20 }, () => rig.post(invoice(), "order-1")));
    const ids = await Promise.all(answers.map(async (answer) => ((await answer.json()) as View).id));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(202));
    expect(new Set(ids).size).toBe(1);
    const list = (await (await rig.request("/v1/invoices")).json()) as { invoices: View[] };
    expect(list.invoices.map(({ id }) => id)).toEqual([ids[0]]);
  });

  it("refuses what is not a valid FA(3) invoice, and says why", async () => {
    await using rig = await Rig.start({ worker: false });
    const valid = invoiceXml();
    const cases: [string, number, string][] = [
      ["To nie jest XML", 422, "xml.malformed"],
      ["<Invoice/>", 422, "fa3.form"],
      [valid.replace("<Faktura", '<!DOCTYPE Faktura [<!ENTITY x "y">]><Faktura'), 422, "xml.doctype"],
      [valid.replace("<P_15>123.00</P_15>", ""), 422, "fa3.schema"],
      [valid + " ".repeat(1_000_001 - Buffer.byteLength(valid)), 413, "xml.size"],
    ];
    const lines: unknown[] = [];
    for (const [xml, status, code] of cases) {
      const body = await problem(await rig.post(xml, `key-${code}`));
      expect([body.status, body.code]).toEqual([status, code]);
      lines.push(...(body.faults ?? []).map(({ line }) => line));
    }
    // The fourth is Adnotacje, where the schema misses the total; a size has no line.
    expect(lines).toEqual([1, 1, 2, 24, undefined]);
    const list = (await (await rig.request("/v1/invoices")).json()) as { invoices: View[] };
    expect(list.invoices).toEqual([]);
  });

  it("takes an invoice of exactly the size KSeF takes", async () => {
    await using rig = await Rig.start({ worker: false });
    const valid = invoiceXml();
    const response = await rig.post(valid + " ".repeat(1_000_000 - Buffer.byteLength(valid)), "big");
    expect(response.status).toBe(202);
  });

  it("asks for a usable Idempotency-Key and an XML content type", async () => {
    await using rig = await Rig.start({ worker: false });
    const headers = { "content-type": "application/xml" };
    const without = await rig.request("/v1/invoices", { method: "POST", body: invoiceXml(), headers });
    expect(await problem(without)).toMatchObject({ status: 400, code: "request.idempotency-key" });
    const spaced = await rig.post(invoice(), "with space");
    expect(await problem(spaced)).toMatchObject({ status: 400, code: "request.idempotency-key" });
    const text = { "content-type": "text/plain", "idempotency-key": "a" };
    const wrong = await rig.request("/v1/invoices", { method: "POST", body: "{}", headers: text });
    expect(await problem(wrong)).toMatchObject({ status: 415, code: "request.media-type" });
  });
});

const send = (rig: Rig, path: string, body: unknown, idempotencyKey = "order-1") =>
  rig.request(path, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { "content-type": "application/json", "idempotency-key": idempotencyKey },
  });

describe("an invoice in JSON", () => {
  const model = {
    number: "FV/1",
    issueDate: "2026-02-15",
    seller: {
      nip: "5265877635",
      name: "Sprzedawca",
      address: { country: "PL", line1: "ul. Pierwsza 1, Warszawa" },
    },
    buyer: { nip: "9990001120", name: "Nabywca", address: { country: "PL", line1: "ul. Druga 2, Gdynia" } },
    lines: [{ name: "Usługa", unit: "godz.", quantity: "3", unitNetPrice: "33.33", rate: "23" }],
  };
  it("is written as FA(3), and kept as it came", async () => {
    await using rig = await Rig.start({ worker: false });
    const response = await send(rig, "/v1/invoices", model);
    const view = (await response.json()) as View;
    expect([response.status, view]).toMatchObject([
      202,
      { invoice: { gross: "122.99" }, source: { mediaType: "application/json" } },
    ]);
    const xml = await (await rig.request(view.links.xml)).text();
    expect(xml).toMatch(/<P_13_1>99.99<\/P_13_1>\s*<P_14_1>23.00<\/P_14_1>/);
    const stored = await rig.engine.submissions.get({ tenant: "acme", id: view.id });
    const source = await rig.engine.archive.get(stored?.value.source.key ?? "");
    expect(new TextDecoder().decode(source)).toBe(JSON.stringify(model));
  });

  it("is the same for the same text however late it comes again, and another for other text", async () => {
    await using rig = await Rig.start({ worker: false });
    const first = (await (await send(rig, "/v1/invoices", model)).json()) as View;
    const again = (await (await send(rig, "/v1/invoices", model)).json()) as View;
    expect(again).toEqual(first);
    const other = await problem(await send(rig, "/v1/invoices", { ...model, number: "FV/2" }));
    expect(other.code).toBe("request.idempotency-conflict");
  });

  it("that does not fit the model is refused with the place of each fault", async () => {
    await using rig = await Rig.start({ worker: false });
    const wrong = { ...model, lines: [{ ...model.lines[0], quantity: 3, rates: "23" }] };
    const body = await problem(await send(rig, "/v1/invoices", wrong));
    expect(body).toMatchObject({ status: 422, code: "model.invalid" });
    expect(body.faults).toEqual([
      {
        code: "model.invalid",
        path: "lines[0].quantity",
        message: "Invalid input: expected string, received number",
        messagePl: "Nieprawidłowe dane wejściowe: oczekiwano string, otrzymano liczba",
      },
      {
        code: "model.invalid",
        path: "lines[0]",
        message: 'Unrecognized key: "rates"',
        messagePl: 'Nierozpoznane klucze: "rates"',
      },
    ]);
    const dashes = { ...model, seller: { ...model.seller, nip: "526-58-77-635" } };
    expect((await problem(await send(rig, "/v1/invoices", dashes))).faults).toEqual([
      {
        code: "model.invalid",
        path: "seller.nip",
        message: "A NIP is ten digits without dashes or a country prefix.",
        messagePl: "NIP to dziesięć cyfr bez kresek i prefiksu kraju.",
      },
    ]);
    expect(await problem(await send(rig, "/v1/invoices", "{"))).toMatchObject({
      status: 422,
      code: "model.invalid",
    });
  });

  it("can be asked about without being submitted, like one in XML", async () => {
    await using rig = await Rig.start({ worker: false });
    const fine = await send(rig, "/v1/invoices/validate", model);
    expect([fine.status, await fine.json()]).toEqual([200, { valid: true, faults: [] }]);
    const wrongXml = await rig.request("/v1/invoices/validate", {
      method: "POST",
      body: invoiceXml().replace("<P_15>123.00</P_15>", ""),
      headers: { "content-type": "application/xml" },
    });
    const answer = (await wrongXml.json()) as { valid: boolean; faults: object[] };
    expect([wrongXml.status, answer.valid]).toEqual([200, false]);
    expect(answer.faults[0]).toMatchObject({ code: "FA3-XSD-MISSING", severity: "error", line: 24 });
    const list = (await (await rig.request("/v1/invoices")).json()) as { invoices: View[] };
    expect(list.invoices).toEqual([]);
  });
});

describe("API keys", () => {
  it("are needed, and none of a wrong form, a wrong secret or a wrong tenant works", async () => {
    await using rig = await Rig.start({ worker: false });
    const secret = rig.key.split("_").at(-1) ?? "";
    const changed = rig.key.slice(0, -1) + (rig.key.endsWith("0") ? "1" : "0");
    const keys = [
      "",
      "Bearer",
      "Bearer x",
      `Bearer ${changed}`,
      `Bearer hub_other_${rig.key.split("_")[2]}_${secret}`,
      `Basic ${rig.key}`,
    ];
    for (const authorization of keys) {
      const response = await rig.request("/v1/invoices", { headers: { authorization } });
      expect(await problem(response)).toMatchObject({ status: 401, code: "request.unauthorized" });
      expect(response.headers.get("www-authenticate")).toMatch(/^Bearer/);
    }
  });

  it("are stored hashed", async () => {
    await using rig = await Rig.start({ worker: false });
    const page = await rig.engine.table.query({ pk: "T#acme" });
    expect(page.items.map(({ sk }) => sk)).toEqual([expect.stringMatching(/^api-key#/), "tenant"]);
    expect(JSON.stringify(page)).not.toContain(rig.key.split("_").at(-1));
  });

  it("open only their own tenant: an invoice of another one is 404, not 403", async () => {
    await using rig = await Rig.start({ worker: false });
    const { id } = (await (await rig.post(invoice(), "order-1")).json()) as View;
    const { certificatePem, privateKeyPem } = await rig.sandbox.company("1111111111");
    await rig.engine.tenants.save(
      { id: "other", nip: "1111111111", environment: "test", createdAt: 0 },
      { kind: "certificate", certificatePem, privateKeyPem: new Secret(privateKeyPem) },
    );
    const authorization = `Bearer ${(await rig.engine.apiKeys.issue("other", "", 0)).reveal()}`;
    for (const path of ["", "/xml", "/upo"]) {
      const response = await rig.request(`/v1/invoices/${id}${path}`, { headers: { authorization } });
      expect(await problem(response)).toMatchObject({ status: 404, code: "submission.not-found" });
    }
    const replay = await rig.request(`/v1/invoices/${id}/replay`, {
      method: "POST",
      headers: { authorization },
    });
    expect(replay.status).toBe(404);
    const list = await rig.request("/v1/invoices", { headers: { authorization } });
    expect(await list.json()).toEqual({ invoices: [] });
    // The same idempotency key in another tenant is another submission.
    const headers = { authorization, "content-type": "application/xml", "idempotency-key": "order-1" };
    const mine = await rig.request("/v1/invoices", {
      method: "POST",
      body: invoice({ number: "X" }),
      headers,
    });
    expect(mine.status).toBe(202);
    expect(((await mine.json()) as View).id).not.toBe(id);
  });
});

describe("the rest of the API", () => {
  it("has no receipt before KSeF has issued one, and nothing at unknown addresses", async () => {
    await using rig = await Rig.start({ worker: false });
    const { id } = (await (await rig.post(invoice(), "order-1")).json()) as View;
    const early = await problem(await rig.request(`/v1/invoices/${id}/upo`));
    expect(early).toMatchObject({ status: 409, code: "submission.no-receipt" });
    expect(await problem(await rig.request("/v1/nothing"))).toMatchObject({
      status: 404,
      code: "request.not-found",
    });
    const replay = await rig.request(`/v1/invoices/${id}/replay`, { method: "POST" });
    expect(await problem(replay)).toMatchObject({ status: 409, code: "submission.not-replayable" });
  });

  it("lists the newest first, page by page", async () => {
    await using rig = await Rig.start({ worker: false });
    for (const number of ["1", "2", "3"]) {
      await rig.post(invoice({ number }), number);
      await rig.engine.clock.sleep(2);
    }
    const numbers: string[] = [];
    for (let path = "/v1/invoices?limit=2"; ;) {
      const page = (await (await rig.request(path)).json()) as {
        invoices: { idempotencyKey: string }[];
        next?: string;
      };
      numbers.push(...page.invoices.map(({ idempotencyKey }) => idempotencyKey));
      if (page.next === undefined) break;
      path = `/v1/invoices?limit=2&after=${encodeURIComponent(page.next)}`;
    }
    expect(numbers).toEqual(["3", "2", "1"]);
    for (const query of ["limit=0", "limit=x", "after=nonsense"])
      expect(await problem(await rig.request(`/v1/invoices?${query}`))).toMatchObject({
        code: "request.invalid",
      });
  });

  it("tells the health of the process without a key, and whether its dependencies work", async () => {
    await using rig = await Rig.start({ worker: false });
    expect(await (await rig.app.request("/health")).json()).toEqual({ status: "ok" });
    const ready = await rig.app.request("/ready");
    expect(ready.status).toBe(200);
    const checks = { table: "ok", archive: "ok", queue: "ok", secrets: "ok" };
    expect(await ready.json()).toEqual({ status: "ready", checks });
    rig.engine.table.get = () => Promise.reject(new Error("disk on fire"));
    const broken = await rig.app.request("/ready");
    expect(broken.status).toBe(503);
    expect(await broken.json()).toMatchObject({
      status: "unavailable",
      checks: { table: "hub.internal", archive: "ok" },
    });
  });

  it("keeps a defect of its own to itself", async () => {
    await using rig = await Rig.start({ worker: false });
    rig.engine.submissions.get = () => Promise.reject(new Error("secret detail"));
    const body = await problem(await rig.request("/v1/invoices/1"));
    expect(body).toMatchObject({ status: 500, code: "hub.internal" });
    expect(JSON.stringify(body)).not.toContain("secret detail");
    expect(rig.log).toEqual([
      expect.objectContaining({ level: "error", message: expect.stringContaining("secret detail") }),
    ]);
  });
});
