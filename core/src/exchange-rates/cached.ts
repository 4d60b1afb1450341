import * as z from "zod";
import type { Table } from "../ports.ts";
import type { ExchangeRate, ExchangeRates } from "./port.ts";

/**
 * Keeps every rate in the ledger, for all tenants and for ever, because a published rate never changes. A failure is
 * not kept.
 */
export function cachedExchangeRates(inner: ExchangeRates, table: Table): ExchangeRates {
  return {
    async rate(currency, dayBefore): Promise<ExchangeRate> {
      const key = { pk: `rates#${currency}`, sk: dayBefore };
      const kept = await table.get(key);
      if (kept !== undefined) return Cached.parse(kept.value);
      const { rate, table: number, date } = await inner.rate(currency, dayBefore);
      const found = { rate, table: number, date };
      // Whoever else was first has written the same.
      await table.put({ ...key, value: found }, 0);
      return found;
    },
  };
}

const Cached = z.object({ rate: z.string(), table: z.string(), date: z.string() });
