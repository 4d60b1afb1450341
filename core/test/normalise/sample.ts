import { Invoice, type Line } from "../../src/model.ts";
import { normalise, type NormaliseContext } from "../../src/normalise/index.ts";

export const now = Date.parse("2026-02-15T09:30:47.123Z");

/** An invoice the model accepts, of 15 February 2026 (a Sunday), with what the test is about. */
export function sample(fields: Partial<Invoice>): Invoice {
  return Invoice.parse({
    number: "FV/1",
    issueDate: "2026-02-15",
    seller: { nip: "5260001246", name: "Seller", address: { country: "PL", line1: "Warszawa" } },
    buyer: { nip: "5260001246", name: "Buyer" },
    ...fields,
  });
}

/** What comes of it, accepted by the model again. */
export async function filled(
  fields: Partial<Invoice>,
  context: Partial<NormaliseContext> = {},
): Promise<Invoice> {
  return Invoice.parse(await normalise(sample(fields), { now, ...context }));
}

/** A line with a name and a net value. */
export function net(netAmount: string, rate: Line["rate"], fields: Partial<Line> = {}): Line {
  return { name: "Goods", netAmount, rate, ...fields };
}

/** A line with a name and a gross value. */
export function gross(grossAmount: string, rate: Line["rate"], fields: Partial<Line> = {}): Line {
  return { name: "Goods", grossAmount, rate, ...fields };
}

/** A correction of one invoice of 10 January 2026. */
export const correction = {
  correctedInvoices: [{ issueDate: "2026-01-10", number: "FV/0", outsideKsef: true as const }],
};
