import { Big } from "big.js";
import type { AdvancePayment, Invoice, Totals } from "../model.ts";
import { conversionDay } from "./conversion-day.ts";
import { sum, written } from "./decimal.ts";
import { fill } from "./fill.ts";
import { allEqual, converted, shown, type Lookup } from "./rate.ts";
import type { TaxedGroup } from "./tax-class.ts";

/** An advance has one rate, or one for each of its payments. */
export async function convertAdvance(invoice: Invoice, open: TaxedGroup[], lookup: Lookup): Promise<Invoice> {
  const { advancePayments = [], advanceExchangeRate: given, correction } = invoice;
  const corrected = correction?.before?.exchangeRate;
  if (given === undefined && advancePayments.length > 0)
    return convertPayments(invoice, advancePayments, open, lookup);
  const rate = given ?? corrected ?? (await lookup(conversionDay(invoice)));
  if (rate === undefined) return invoice;
  const result = { ...invoice, totals: withGroups(invoice, open, (vat) => converted(vat, rate)) };
  return fill(result, { advanceExchangeRate: shown(rate) });
}

/**
 * By several rates, the VAT is divided as the payments are. That is certain for the only group of an invoice whose
 * payments make up the amount due; which payment is for goods of which rate is not on the invoice.
 */
async function convertPayments(
  invoice: Invoice,
  payments: AdvancePayment[],
  open: TaxedGroup[],
  lookup: Lookup,
): Promise<Invoice> {
  const corrected = invoice.correction?.before?.exchangeRate;
  const rates: string[] = [];
  for (const { date, exchangeRate } of payments) {
    const rate = exchangeRate ?? corrected ?? (await lookup(conversionDay(invoice, date)));
    if (rate === undefined) return invoice;
    rates.push(rate);
  }
  const mean = meanRate(invoice, payments, rates);
  if (mean === undefined) return invoice;
  return {
    ...invoice,
    totals: withGroups(invoice, open, mean),
    advancePayments: payments.map((payment, index) =>
      fill(payment, { exchangeRate: shown(rates[index] ?? "") }),
    ),
  };
}

function meanRate(
  { totals = {}, amountDue }: Invoice,
  payments: AdvancePayment[],
  rates: string[],
): ((vat: string) => string) | undefined {
  const [first = ""] = rates;
  if (allEqual(rates)) return (vat) => converted(vat, first);
  const paid = sum(payments.map(({ amount }) => amount));
  const groups = Object.values(totals).filter((value) => value !== undefined);
  if (groups.length !== 1 || paid.eq(0) || amountDue === undefined || !paid.eq(amountDue)) return undefined;
  const inPln = sum(payments.map(({ amount }, index) => new Big(amount).times(rates[index] ?? first)));
  return (vat) => written(new Big(vat).times(inPln).div(paid));
}

function withGroups({ totals }: Invoice, open: TaxedGroup[], convert: (vat: string) => string): Totals {
  const result: Totals = { ...totals };
  for (const group of open) {
    const total = result[group];
    if (total !== undefined) result[group] = { ...total, vatInPln: convert(total.vat) };
  }
  return result;
}
