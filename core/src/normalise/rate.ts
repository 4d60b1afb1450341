import { Big } from "big.js";
import type { ExchangeRates } from "../exchange-rates/port.ts";
import { quantity } from "../model/number.ts";
import { written } from "./decimal.ts";

/** The rate for a day as `conversionDay` names it; undefined without a day, a source of rates, or before the day. */
export type Lookup = (day: string | undefined) => Promise<string | undefined>;

/** Asks once a day, however many lines there are. Of a day after `today` there is no rate: the rules will refuse it. */
export function lookupOnce(
  currency: string,
  exchangeRates: ExchangeRates | undefined,
  today: string,
): Lookup {
  const found = new Map<string, string>();
  return async (day) => {
    if (day === undefined || day > today || exchangeRates === undefined) return undefined;
    const known = found.get(day);
    if (known !== undefined) return known;
    const { rate } = await exchangeRates.rate(currency, day);
    found.set(day, rate);
    return rate;
  };
}

/** A rate as the invoice can show it: the field has six places, and one unit of a few currencies is worth less. */
export function shown(rate: string): string | undefined {
  return quantity().safeParse(rate).success ? rate : undefined;
}

export function converted(vat: string, rate: string): string {
  return written(new Big(vat).times(rate));
}

export function allEqual(rates: string[]): boolean {
  return rates.every((rate) => new Big(rate).eq(rates[0] ?? rate));
}
