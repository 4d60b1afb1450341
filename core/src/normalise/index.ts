import type { ExchangeRates } from "../exchange-rates/port.ts";
import type { Invoice, Totals } from "../model.ts";
import { amountOfPayments, amountOfTotals } from "./amount-due.ts";
import { withVatInPln } from "./conversion.ts";
import { fill } from "./fill.ts";
import { completeLines } from "./lines.ts";
import { completeOrder } from "./order.ts";
import { totalsOfAdvance, totalsOfOneRate } from "./payment-totals.ts";
import { completeSettlement } from "./settlement.ts";
import { saysNothing, totalsOfLines } from "./totals.ts";

export interface NormaliseContext {
  /** Milliseconds since 1970-01-01 UTC. */
  now: number;
  /** Where the rates of foreign currencies come from. Without it only rates that are given are used. */
  exchangeRates?: ExchangeRates;
}

/**
 * The same invoice with everything filled that follows from what was given. What was given is never changed, what does
 * not follow for certain is left out, and nothing is judged: that is for the rules, afterwards. Doing it again changes
 * nothing. Expects what `Invoice` accepts; a result of more digits than the model has is for the model to refuse.
 * Throws `rates.unreachable` and `rates.unknown`.
 */
export async function normalise(invoice: Invoice, context: NormaliseContext): Promise<Invoice> {
  const marginScheme = invoice.annotations?.marginScheme !== undefined;
  let result = fill(invoice, {
    kind: "VAT",
    currency: "PLN",
    createdAt: `${new Date(context.now).toISOString().slice(0, 19)}Z`,
  });
  if (result.lines) result = { ...result, lines: completeLines(result.lines) };
  if (result.order)
    result = { ...result, order: completeOrder(result.order, marginScheme, result.kind === "KOR_ZAL") };

  result = fill(result, { amountDue: amountOfPayments(result) });
  // Totals that are given are all of them: a group beside them would change what the invoice says.
  const totals = saysNothing(result.totals) ? deriveTotals(result, marginScheme) : undefined;
  if (totals !== undefined) result = { ...result, totals };
  result = fill(result, { amountDue: amountOfTotals(result) });

  if (result.settlement)
    result = { ...result, settlement: completeSettlement(result.settlement, result.amountDue) };
  return withVatInPln(result, marginScheme, context);
}

function deriveTotals(invoice: Invoice, marginScheme: boolean): Totals | undefined {
  const { lines = [], amountDue } = invoice;
  switch (invoice.kind) {
    case "UPR":
      // May show no more than the amount and the rate (art. 106e(5)(3) of the VAT act).
      return (
        totalsOfLines(lines, marginScheme) ??
        (amountDue === undefined ? undefined : totalsOfOneRate(amountDue, lines, marginScheme))
      );
    case "ZAL":
      return totalsOfAdvance(invoice, marginScheme);
    case "ROZ":
    case "KOR_ROZ":
    case "KOR_ZAL":
      // A settling invoice shows the whole order in its lines and in its totals what the advances have left of it
      // (art. 106f(3)); net and VAT of the advances, each rounded, are on other invoices. Its correction and that of
      // an advance differ from those again.
      return undefined;
    default:
      return totalsOfLines(lines, marginScheme);
  }
}
