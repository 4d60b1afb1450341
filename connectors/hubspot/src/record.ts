import { createHash } from "node:crypto";
import { HubError, warsawDate, type SourceDocument } from "@ksef-hub/core";
import type { HubSpotClient } from "./client.ts";
import type { HubSpotConfig } from "./config.ts";
import { convention, propertiesOf, writtenNames } from "./properties.ts";
import { textOf, type CrmObject, type InvoiceContent } from "./types.ts";

/** An invoice with its line items, company, contact and the invoice it corrects; undefined: there is none. */
export async function readRecord(
  client: HubSpotClient,
  config: HubSpotConfig,
  id: string,
): Promise<SourceDocument | undefined> {
  const properties = propertiesOf(config);
  const invoice = await client.invoice(id, properties.invoice, associations);
  if (invoice === undefined) return undefined;
  const single = async (type: "companies" | "contacts", names: readonly string[]) => {
    const ids = associatedIds(invoice, type);
    return ids.length === 1 ? ((await client.objects(type, ids, names))[0] ?? null) : null;
  };
  const content: InvoiceContent = {
    invoice,
    lineItems: await lineItemsOf(client, invoice, properties.line),
    company: await single("companies", properties.company),
    contact: await single("contacts", properties.contact),
    corrects: await originalOf(client, invoice),
  };
  return {
    ref: { type: "invoice", id },
    revision: revisionOf(content),
    issuedOn: issuedOn(invoice),
    content: content as unknown as SourceDocument["content"],
  };
}

/** Discounts and fees of a whole invoice are objects of their own; that there are any is all that is looked at. */
const associations = ["line_items", "companies", "contacts", "discounts", "fees"];

/** The ids of the objects of a type that come with an invoice, each once. HubSpot calls line items `line items`. */
export function associatedIds({ associations: all = {} }: CrmObject, type: string): string[] {
  const results = (all[type] ?? all[type.replaceAll("_", " ")])?.results ?? [];
  return [...new Set(results.map(({ id }) => id))];
}

async function lineItemsOf(
  client: HubSpotClient,
  invoice: CrmObject,
  names: readonly string[],
): Promise<CrmObject[]> {
  const inline = invoice.associations?.["line items"] ?? invoice.associations?.["line_items"];
  const ids =
    inline?.paging?.next === undefined
      ? associatedIds(invoice, "line_items")
      : await client.associated(invoice.id, "line_items");
  const items = await client.objects("line_items", [...new Set(ids)], names);
  return items.toSorted(
    (one, other) => positionOf(one) - positionOf(other) || Number(one.id) - Number(other.id),
  );
}

const positionOf = (item: CrmObject): number => Number(textOf(item, "hs_position_on_quote") ?? Infinity);

async function originalOf(client: HubSpotClient, invoice: CrmObject): Promise<CrmObject | null> {
  const number = textOf(invoice, convention.corrects);
  if (number === undefined) return null;
  const found = (await client.invoicesNumbered(number)).filter(({ id }) => id !== invoice.id);
  // Two of one number: a person says which, by its date.
  return found.length === 1 ? (found[0] ?? null) : null;
}

/**
 * A hash over what the invoice is made of. Our own write-back changes `hs_lastmodifieddate` and the properties we write,
 * a payment the status: neither makes it another invoice.
 */
function revisionOf({ invoice, lineItems, company, contact, corrects }: InvoiceContent): string {
  const facts = [invoice, ...lineItems, company, contact].map(
    (object) => object && [object.id, factsOf(object, (name) => !writtenNames.has(name))],
  );
  const whole = [...facts, corrects && [corrects.id, factsOf(corrects, () => true)]];
  const marks = ["discounts", "fees", "companies"].map((type) => associatedIds(invoice, type).toSorted());
  return createHash("sha256")
    .update(JSON.stringify([whole, marks]))
    .digest("hex")
    .slice(0, 32);
}

function factsOf({ properties }: CrmObject, wanted: (name: string) => boolean): unknown[] {
  return Object.entries(properties)
    .filter(([name, value]) => value !== null && value !== "" && !restless.test(name) && wanted(name))
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
}

const restless = /lastmodifieddate$|^hs_invoice_status$/;

/** An invoice that says no day is issued all the same: the day it was made, and `map` leaves the date for a person. */
function issuedOn(invoice: CrmObject): string | undefined {
  const status = textOf(invoice, "hs_invoice_status");
  if (status !== "open" && status !== "paid") return undefined;
  const day = dayOf(textOf(invoice, "hs_invoice_date")) ?? dayOf(textOf(invoice, "hs_createdate"));
  if (day === undefined)
    throw new HubError("vendor.protocol", `HubSpot gives invoice ${invoice.id} no date.`);
  return day;
}

/**
 * The day of a date as HubSpot gives it: `2026-02-15`, midnight UTC in ISO 8601, or in milliseconds since 1970. Any
 * other time of the day makes it an instant, whose day is the one in Poland. Undefined: it is no date.
 */
export function dayOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return text;
  const at = /^\d{12,13}$/.test(text)
    ? Number(text)
    : /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:?\d{2})$/.test(text)
      ? Date.parse(text)
      : NaN;
  if (Number.isNaN(at)) return undefined;
  return at % 86_400_000 === 0 ? new Date(at).toISOString().slice(0, 10) : warsawDate(at);
}
