import { HubError } from "../../src/error.ts";
import type { ExchangeRates } from "../../src/exchange-rates/port.ts";

/** Rates by currency and the day they were published; each lasts until the next one. Remembers what it was asked. */
export function fixedExchangeRates(
  rates: Record<string, Record<string, string>>,
): ExchangeRates & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    async rate(currency, dayBefore) {
      asked.push(`${currency} before ${dayBefore}`);
      const published = Object.entries(rates[currency] ?? {}).toSorted(([one], [other]) =>
        one < other ? -1 : 1,
      );
      const [date, rate] = published.findLast(([day]) => day < dayBefore) ?? [];
      if (date === undefined || rate === undefined)
        throw new HubError("rates.unknown", `No rate of ${currency} before ${dayBefore}.`);
      return { rate, table: `A of ${date}`, date };
    },
  };
}
