import { Big } from "big.js";
import * as z from "zod";
import { addDays, previousWorkingDay } from "../calendar.ts";
import { HubError } from "../error.ts";
import type { Fetch } from "../ksef/http.ts";
import type { Clock } from "../ports.ts";
import { warsawDate } from "../warsaw.ts";
import type { ExchangeRate, ExchangeRates } from "./port.ts";

export interface NbpOptions {
  fetch: Fetch;
  clock: Clock;
  /** The longest a call may take, body included, in milliseconds. */
  deadlineMs: number;
  /** Without a slash at the end; the public API of the bank when left out. */
  baseUrl?: string;
}

/** Table A of the National Bank of Poland, by its web API: https://api.nbp.pl/en.html. One request a rate. */
export function nbpExchangeRates(options: NbpOptions): ExchangeRates {
  return {
    async rate(currency, dayBefore): Promise<ExchangeRate> {
      const lastDay = previousWorkingDay(dayBefore);
      const today = warsawDate(options.clock.now());
      const notYet = () =>
        new HubError("rates.unreachable", `Table A of ${lastDay} is not published yet (${currency}).`);
      if (lastDay > today) throw notYet();
      const published = await range(options, currency, addDays(dayBefore, -daysBack), lastDay);
      const last = published.findLast(({ date }) => date < dayBefore);
      if (last === undefined)
        throw new HubError("rates.unreachable", `NBP gave no rate of ${currency} before ${dayBefore}.`);
      // Until about noon the newest table is that of yesterday; it would be kept as if it were the right one.
      if (last.date < lastDay && lastDay >= today) throw notYet();
      return last;
    },
  };
}

/** More than the longest time without a table, Christmas or Easter with their weekends; the API allows 93 days. */
const daysBack = 10;

async function range(
  { fetch, deadlineMs, baseUrl = "https://api.nbp.pl/api" }: NbpOptions,
  currency: string,
  from: string,
  to: string,
): Promise<ExchangeRate[]> {
  const url = `${baseUrl}/exchangerates/rates/a/${currency.toLowerCase()}/${from}/${to}/?format=json`;
  const init: RequestInit = {
    headers: { accept: "application/json" },
    signal: AbortSignal.timeout(deadlineMs),
    redirect: "error",
  };
  try {
    const response = await fetch(url, init);
    const text = await response.text();
    if (!response.ok) throw refusal(currency, response.status, text);
    return read(text, currency);
  } catch (cause) {
    if (cause instanceof HubError) throw cause;
    throw new HubError("rates.unreachable", `NBP could not be asked: ${url}: ${String(cause)}.`, { cause });
  }
}

/**
 * The range asked for always has working days, so that "no data" is about the currency (or a day before 2002, when
 * the data begin). A page of a proxy is not an answer of the bank.
 */
function refusal(currency: string, status: number, text: string): HubError {
  const upstream = { status, description: text.slice(0, 500) };
  const ofBank = (status === 404 || status === 400) && !text.trimStart().startsWith("<");
  return ofBank
    ? new HubError("rates.unknown", `NBP has no mid rate of ${currency} in table A.`, { upstream })
    : new HubError("rates.unreachable", `NBP answered HTTP ${status}.`, { upstream });
}

/** `{"table":"A","currency":"euro","code":"EUR","rates":[{"no":"064/A/NBP/2024","effectiveDate":"2024-04-02","mid":4.2934}]}` */
const Answer = z.object({
  table: z.literal("A"),
  code: z.string(),
  rates: z.array(
    z.object({ no: z.string(), effectiveDate: z.iso.date(), mid: z.string().regex(/^\d[\d.eE+-]*$/) }),
  ),
});

/** With the source text of a number, which the types of TypeScript do not know yet. */
type Reviver = (name: string, value: unknown, context?: { source?: string }) => unknown;

/** `mid` is a JSON number; its digits are taken as they are written, not by way of a binary fraction. */
const midAsText: Reviver = (name, value, context) => (name === "mid" ? context?.source : value);

function read(text: string, currency: string): ExchangeRate[] {
  const answer = Answer.parse(JSON.parse(text, midAsText));
  if (answer.code !== currency) throw new TypeError(`the rates are of ${answer.code}, not of ${currency}`);
  return answer.rates
    .map(({ no, effectiveDate, mid }) => ({
      rate: new Big(mid).toFixed(),
      table: no,
      date: effectiveDate,
    }))
    .toSorted((one, other) => (one.date < other.date ? -1 : 1));
}
