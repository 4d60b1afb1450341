import { Big } from "big.js";
import { warsawDate } from "../warsaw.ts";
import type { Invoice, Line, Totals } from "../model.ts";
import { convertAdvance } from "./advance-conversion.ts";
import { conversionDay } from "./conversion-day.ts";
import { sum, written } from "./decimal.ts";
import { fill } from "./fill.ts";
import type { NormaliseContext } from "./index.ts";
import { allEqual, converted, lookupOnce, shown, type Lookup } from "./rate.ts";
import { taxClass, taxedGroups, type TaxedGroup } from "./tax-class.ts";
import { exactVat, taxable } from "./taxable.ts";
import { totalsOfLines } from "./totals.ts";

/**
 * Fills the VAT in PLN of the taxed groups of an invoice in a foreign currency, and the rates it was computed by where
 * the invoice shows rates. Rates that are given go first. Nothing is looked up when every amount is given.
 * Throws what the source of rates throws: `rates.unreachable`, `rates.unknown`.
 */
export async function withVatInPln(
  invoice: Invoice,
  marginScheme: boolean,
  { exchangeRates, now }: NormaliseContext,
): Promise<Invoice> {
  const { currency = "PLN", totals = {}, kind } = invoice;
  const open = taxedGroups.filter((group) => totals[group] && totals[group].vatInPln === undefined);
  if (currency === "PLN" || open.length === 0) return invoice;
  const lookup = lookupOnce(currency, exchangeRates, warsawDate(now));
  if (kind === "ZAL" || kind === "KOR_ZAL") return convertAdvance(invoice, open, lookup);
  return convertSale(invoice, open, marginScheme, lookup);
}

/** Each line has a rate, by its own sale date. */
async function convertSale(
  invoice: Invoice,
  open: TaxedGroup[],
  marginScheme: boolean,
  lookup: Lookup,
): Promise<Invoice> {
  const lines = [...(invoice.lines ?? [])];
  const totals: Totals = { ...invoice.totals };
  const corrected = invoice.correction?.before?.exchangeRate;
  for (const group of open) {
    const total = totals[group];
    if (total === undefined) continue;
    const own = placesOf(lines, group, marginScheme);
    if (own.length === 0) {
      // Totals without lines, as in a collective correction: there is a rate, and no place to show it.
      const rate = corrected ?? (await lookup(conversionDay(invoice)));
      if (rate !== undefined) totals[group] = { ...total, vatInPln: converted(total.vat, rate) };
      continue;
    }
    const rated = new Map<number, Rated>();
    for (const { line, place } of own) {
      const rate = line.exchangeRate ?? corrected ?? (await lookup(conversionDay(invoice, line.saleDate)));
      if (rate !== undefined) rated.set(place, { line, rate });
    }
    if (rated.size < own.length) continue;
    const vatInPln = vatOfRated(group, total.vat, [...rated.values()], marginScheme);
    if (vatInPln === undefined) continue;
    totals[group] = { ...total, vatInPln };
    for (const [place, { line, rate }] of rated) lines[place] = fill(line, { exchangeRate: shown(rate) });
  }
  return { ...invoice, totals, ...(invoice.lines === undefined ? {} : { lines }) };
}

interface Rated {
  line: Line;
  rate: string;
}

/** The lines of a group; where none says so, those that say nothing: a simplified invoice needs no rates on lines. */
function placesOf(lines: Line[], group: TaxedGroup, marginScheme: boolean): { line: Line; place: number }[] {
  const all = lines.map((line, place) => ({ line, place, known: taxClass(line, marginScheme) }));
  const own = all.filter(({ known }) => known?.group === group);
  return own.length > 0 ? own : all.filter(({ known }) => known === undefined);
}

/**
 * By one rate: the VAT of the group, converted. By several: the exact VAT of each line by its rate, rounded once, as
 * in the Ministry's example 21; only if the lines are what the group's VAT was computed from (in a settling invoice
 * they are the whole order, and the VAT is of the rest).
 */
function vatOfRated(
  group: TaxedGroup,
  vat: string,
  rated: Rated[],
  marginScheme: boolean,
): string | undefined {
  const [first] = rated;
  if (first !== undefined && allEqual(rated.map(({ rate }) => rate))) return converted(vat, first.rate);
  const ofLines = totalsOfLines(
    rated.map(({ line }) => line),
    marginScheme,
  )?.[group];
  if (ofLines === undefined || !new Big(ofLines.vat).eq(vat)) return undefined;
  return written(
    sum(
      rated.flatMap(({ line, rate }) => {
        const known = taxable(line, marginScheme);
        return known === undefined ? [] : [exactVat(known).times(rate)];
      }),
    ),
  );
}
