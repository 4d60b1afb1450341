import { describe, expect, it } from "vitest";
import { HubError } from "../../src/error.ts";
import { cachedExchangeRates, type ExchangeRates } from "../../src/exchange-rates/index.ts";
import { openEmbedded } from "../adapters/folder.ts";
import { fixedExchangeRates } from "./fixed.ts";

const published = { EUR: { "2026-02-12": "4.2150", "2026-02-13": "4.2171" }, USD: { "2026-02-13": "3.55" } };

describe("rates kept in the ledger", () => {
  it("are asked for once a currency and day", async () => {
    const { table } = await openEmbedded();
    const inner = fixedExchangeRates(published);
    const first = await cachedExchangeRates(inner, table).rate("EUR", "2026-02-16");
    const again = await cachedExchangeRates(inner, table).rate("EUR", "2026-02-16");
    expect(first).toEqual({ rate: "4.2171", table: "A of 2026-02-13", date: "2026-02-13" });
    expect(again).toEqual(first);
    expect(inner.asked).toEqual(["EUR before 2026-02-16"]);
    expect((await cachedExchangeRates(inner, table).rate("USD", "2026-02-16")).rate).toBe("3.55");
    expect((await cachedExchangeRates(inner, table).rate("EUR", "2026-02-13")).rate).toBe("4.2150");
    expect(inner.asked).toHaveLength(3);
  });

  it("are the same for two that ask at the same time", async () => {
    const { table } = await openEmbedded();
    const rates = cachedExchangeRates(fixedExchangeRates(published), table);
    const [one, other] = await Promise.all([
      rates.rate("EUR", "2026-02-16"),
      rates.rate("EUR", "2026-02-16"),
    ]);
    expect(one).toEqual(other);
    expect(await table.get({ pk: "rates#EUR", sk: "2026-02-16" })).toMatchObject({ value: one, version: 1 });
  });

  it("are asked for again after a failure", async () => {
    const { table } = await openEmbedded();
    let down = true;
    const answering = fixedExchangeRates(published);
    const inner: ExchangeRates = {
      rate: async (currency, day) => {
        if (down) throw new HubError("rates.unreachable", "down");
        return answering.rate(currency, day);
      },
    };
    const rates = cachedExchangeRates(inner, table);
    await expect(rates.rate("EUR", "2026-02-16")).rejects.toMatchObject({ code: "rates.unreachable" });
    down = false;
    expect((await rates.rate("EUR", "2026-02-16")).rate).toBe("4.2171");
  });
});
