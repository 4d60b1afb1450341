import { HubError, type Draft, type DraftLine, type Fault, type SourceDocument } from "@ksef-hub/core";
import { Big } from "big.js";
import { buyerOf } from "./buyer.ts";
import type { HubSpotConfig } from "./config.ts";
import { convention, written } from "./properties.ts";
import { associatedIds, dayOf } from "./record.ts";
import { InvoiceContent, textOf, type CrmObject } from "./types.ts";

/**
 * The draft of an invoice. What HubSpot has no word for stays out: unit, date of sale, rates. Throws `map.incomplete` for
 * what a draft cannot leave open, and `vendor.protocol` when the content is not what was fetched.
 */
export function draftOf({ content }: SourceDocument, config: HubSpotConfig): Draft {
  const parsed = InvoiceContent.safeParse(content);
  if (!parsed.success)
    throw new HubError("vendor.protocol", "This is not an invoice of HubSpot with its lines.");
  const { invoice, lineItems, company, contact, corrects } = parsed.data;
  const faults = contradictionsOf(invoice, lineItems);
  const correction = correctionOf(invoice, corrects, faults);
  if (faults.length > 0)
    throw new HubError("map.incomplete", faults.map(({ message }) => message).join(" "), { faults });

  const dueDate = dayOf(textOf(invoice, "hs_due_date"));
  return present<Draft>({
    kind: correction && "KOR",
    number: textOf(invoice, "hs_number"),
    issueDate: dayOf(textOf(invoice, "hs_invoice_date")),
    currency: textOf(invoice, "hs_currency") ?? textOf(lineItems[0], "hs_line_item_currency_code"),
    seller: sellerOf(config),
    buyer: buyerOf(company, contact, config),
    lines: lineItems.map((item) => lineOf(item, config)),
    correction,
    payment: dueDate === undefined ? undefined : { terms: [{ date: dueDate }] },
  });
}

/** What would make a wrong invoice if it were passed over. */
function contradictionsOf(invoice: CrmObject, lineItems: readonly CrmObject[]): Fault[] {
  const faults = lineItems.flatMap((item, index) => (addsUp(item) ? [] : [ofAmount(index)]));
  if ([...associatedIds(invoice, "discounts"), ...associatedIds(invoice, "fees")].length > 0)
    faults.push({
      code: "hubspot.whole-invoice",
      path: "lines",
      message: "The invoice has a discount or a fee on the whole: put it on its line items.",
      messagePl: "Faktura ma rabat lub opłatę od całości: przenieś je na pozycje.",
    });
  if (associatedIds(invoice, "companies").length > 1)
    faults.push({
      code: "hubspot.companies",
      path: "buyer",
      message: "The invoice goes with more than one company: leave only the buyer.",
      messagePl: "Faktura jest powiązana z więcej niż jedną firmą: zostaw tylko nabywcę.",
    });
  return faults;
}

/** HubSpot's own value of the line, if it has one, comes of price, discount and quantity; a grosz may be rounding. */
function addsUp(item: CrmObject): boolean {
  const amount = numberOf(textOf(item, "amount"));
  const [price, quantity] = [numberOf(textOf(item, "price")), numberOf(textOf(item, "quantity"))];
  if (amount === undefined || price === undefined || quantity === undefined) return true;
  const discount = numberOf(discountOf(item)) ?? new Big(0);
  return price.minus(discount).times(quantity).minus(amount).abs().lte("0.01");
}

const ofAmount = (index: number): Fault => ({
  code: "hubspot.amount",
  path: `lines.${index}.netAmount`,
  message: `Line item ${index + 1} has another amount than its price, discount and quantity make.`,
  messagePl: `Pozycja ${index + 1} ma inną wartość, niż wynika z jej ceny, rabatu i ilości.`,
});

function correctionOf(invoice: CrmObject, original: CrmObject | null, faults: Fault[]): Draft["correction"] {
  const number = textOf(invoice, convention.corrects);
  if (number === undefined) return undefined;
  const saidDate = dayOf(textOf(invoice, convention.originalDate));
  const issueDate = saidDate ?? dayOf(textOf(original, "hs_invoice_date"));
  const ksefNumber = textOf(invoice, convention.originalNumber) ?? textOf(original, written.number);
  const isKnown = issueDate !== undefined && (ksefNumber !== undefined || saidDate !== undefined);
  if (!isKnown) {
    faults.push({
      code: "hubspot.original",
      path: "correction.correctedInvoices",
      message: `The corrected invoice ${number} is not in HubSpot with a KSeF number: wait for it, or fill in ${convention.originalDate}, and ${convention.originalNumber} unless it was issued outside KSeF.`,
      messagePl: `Korygowanej faktury ${number} nie ma w HubSpocie z numerem KSeF: poczekaj na niego albo uzupełnij ${convention.originalDate} oraz ${convention.originalNumber}, chyba że wystawiono ją poza KSeF.`,
    });
    return undefined;
  }
  const identity = ksefNumber === undefined ? { outsideKsef: true as const } : { ksefNumber };
  return present<NonNullable<Draft["correction"]>>({
    reason: textOf(invoice, convention.reason),
    correctedInvoices: [{ issueDate, number, ...identity }],
  });
}

const sellerOf = (config: HubSpotConfig): NonNullable<Draft["seller"]> => ({
  nip: config.sellerNip,
  name: config.sellerName,
  address: {
    country: config.sellerCountry,
    line1: config.sellerAddress1,
    ...(config.sellerAddress2 !== undefined && { line2: config.sellerAddress2 }),
  },
});

function lineOf(item: CrmObject, config: HubSpotConfig): DraftLine {
  const amount = numberOf(textOf(item, "amount"));
  return present<DraftLine>({
    name: textOf(item, "name"),
    code: textOf(item, "hs_sku"),
    quantity: decimal(textOf(item, "quantity")),
    unitNetPrice: decimal(textOf(item, "price")),
    unitDiscount: discountOf(item),
    // The value as HubSpot has it on its own document; it is not rounded there.
    netAmount: amount?.round(2, Big.roundHalfUp).toFixed(2),
    taxCode: textOf(item, config.lineTaxProperty),
    unitCode: config.lineUnitProperty && textOf(item, config.lineUnitProperty),
    source: item,
  });
}

/** Off one unit, to the 8 places the form has. Of a line with both, the percentage; `addsUp` tells if it was the other. */
function discountOf(item: CrmObject): string | undefined {
  const percent = numberOf(textOf(item, "hs_discount_percentage"));
  const price = numberOf(textOf(item, "price"));
  if (percent !== undefined && !percent.eq(0) && price !== undefined)
    return price.times(percent).div(100).round(8, Big.roundHalfUp).toFixed();
  const discount = textOf(item, "discount");
  return numberOf(discount)?.eq(0) === true ? undefined : decimal(discount);
}

const numberOf = (text: string | undefined): Big | undefined =>
  text !== undefined && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)
    ? new Big(text.replace(/^\+/, ""))
    : undefined;

/** In the one form the model takes; what is no number stays as it is, for the model to name. */
const decimal = (text: string | undefined): string | undefined => numberOf(text)?.toFixed() ?? text;

/** Without the fields that are undefined. */
function present<T extends object>(fields: { [Name in keyof T]: T[Name] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
