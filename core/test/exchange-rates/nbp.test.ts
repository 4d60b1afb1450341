import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { HubError } from "../../src/error.ts";
import { nbpExchangeRates } from "../../src/exchange-rates/index.ts";

interface Published {
  no: string;
  effectiveDate: string;
  /** The digits as they are to stand in the JSON. */
  mid: string;
}

const week: Published[] = [
  { no: "027/A/NBP/2026", effectiveDate: "2026-02-10", mid: "4.2208" },
  { no: "028/A/NBP/2026", effectiveDate: "2026-02-11", mid: "4.2934" },
  { no: "029/A/NBP/2026", effectiveDate: "2026-02-12", mid: "4.2150" },
  { no: "030/A/NBP/2026", effectiveDate: "2026-02-13", mid: "4.2171" },
];

function json(rates: Published[], code = "EUR"): string {
  const list = rates.map(
    ({ no, effectiveDate, mid }) => `{"no":"${no}","effectiveDate":"${effectiveDate}","mid":${mid}}`,
  );
  return `{"table":"A","currency":"euro","code":"${code}","rates":[${list.join(",")}]}`;
}

/** The bank, on a port of its own; it answers what the test says and notes what it was asked. */
async function bank(listener: RequestListener, { now = "2026-02-20T12:00:00Z", deadlineMs = 2_000 } = {}) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    listener(request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const clock = { now: () => Date.parse(now), sleep: async () => {} };
  const rates = nbpExchangeRates({ fetch, clock, deadlineMs, baseUrl: `http://127.0.0.1:${port}/api` });
  return { rates, asked };
}

const answering =
  (body: string, status = 200): RequestListener =>
  (_, response) => {
    response.writeHead(status).end(body);
  };

async function failure(promise: Promise<unknown>): Promise<HubError> {
  const thrown: unknown = await promise.catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(HubError);
  return thrown as HubError;
}

describe("rates of the National Bank of Poland", () => {
  it("takes the last table before the day, over a weekend, in one request for a range", async () => {
    const { rates, asked } = await bank(answering(json(week)));
    expect(await rates.rate("EUR", "2026-02-16")).toEqual({
      rate: "4.2171",
      table: "030/A/NBP/2026",
      date: "2026-02-13",
    });
    expect(asked).toEqual(["/api/exchangerates/rates/a/eur/2026-02-06/2026-02-13/?format=json"]);
  });

  it("never takes the table of the day itself, in whatever order they come", async () => {
    const { rates } = await bank(answering(json(week.toReversed())));
    expect(await rates.rate("EUR", "2026-02-12")).toMatchObject({ rate: "4.2934", date: "2026-02-11" });
  });

  it.each([
    ["4.2934", "4.2934"],
    // As a binary fraction it would be 4.29340000000000010516…, or other digits altogether.
    ["4.29340000000000012345678901234567890", "4.2934000000000001234567890123456789"],
    ["0.00022137", "0.00022137"],
    ["2.2137E-4", "0.00022137"],
    ["4", "4"],
  ])("reads the digits %s exactly", async (mid, expected) => {
    const { rates } = await bank(
      answering(json([{ no: "030/A/NBP/2026", effectiveDate: "2026-02-13", mid }])),
    );
    expect((await rates.rate("EUR", "2026-02-16")).rate).toBe(expected);
  });

  it("says that a currency is not in table A, in the words of the bank", async () => {
    const { rates } = await bank(answering("404 NotFound - Not Found - Brak danych", 404));
    const error = await failure(rates.rate("XAU", "2026-02-16"));
    expect(error).toMatchObject({ code: "rates.unknown", action: "attention" });
    expect(error.upstream).toEqual({ status: 404, description: "404 NotFound - Not Found - Brak danych" });
  });

  it.each([
    ["a failure of the bank", "Service unavailable", 503],
    ["the page of a proxy", "<html><body>Not found</body></html>", 404],
    ["a page where rates should be", "<!DOCTYPE html><html></html>", 200],
    ["JSON of another shape", '{"rates":[]}', 200],
    ["a rate that is no number", json([{ no: "1", effectiveDate: "2026-02-13", mid: '"4.2"' }]), 200],
    ["another currency", json(week, "USD"), 200],
    ["no rates at all", json([]), 200],
    ["too many requests", "", 429],
  ])("can be asked again after %s", async (_, body, status) => {
    const { rates } = await bank(answering(body, status));
    expect(await failure(rates.rate("EUR", "2026-02-16"))).toMatchObject({
      code: "rates.unreachable",
      action: "retry",
    });
  });

  it("waits no longer than the deadline", async () => {
    const { rates } = await bank(() => {}, { deadlineMs: 50 });
    expect((await failure(rates.rate("EUR", "2026-02-16"))).code).toBe("rates.unreachable");
  });

  it("notices that nobody is there", async () => {
    const clock = { now: () => Date.parse("2026-02-20T12:00:00Z"), sleep: async () => {} };
    const rates = nbpExchangeRates({
      fetch: () => Promise.reject(new TypeError("fetch failed")),
      clock,
      deadlineMs: 1_000,
    });
    expect((await failure(rates.rate("EUR", "2026-02-16"))).code).toBe("rates.unreachable");
  });

  it("does not take an older table for one that is not published yet", async () => {
    // On Friday morning the newest table is that of Thursday; the invoice of Monday needs that of Friday.
    const { rates } = await bank(answering(json(week.slice(0, 3))), { now: "2026-02-13T08:00:00Z" });
    expect(await failure(rates.rate("EUR", "2026-02-16"))).toMatchObject({ code: "rates.unreachable" });
    expect(await rates.rate("EUR", "2026-02-13")).toMatchObject({ date: "2026-02-12" });
  });

  it("does not ask for a day to come", async () => {
    const { rates, asked } = await bank(answering(json(week)), { now: "2026-02-13T08:00:00Z" });
    expect(await failure(rates.rate("EUR", "2026-02-18"))).toMatchObject({ code: "rates.unreachable" });
    expect(asked).toEqual([]);
  });
});
