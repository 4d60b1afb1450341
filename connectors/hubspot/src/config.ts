import { secret } from "@ksef-hub/core";
import * as z from "zod";

const propertyName = () => z.string().regex(/^[a-z][a-z0-9_]{0,99}$/, "use the internal name of a property");

/** What a connection to one HubSpot account has to be told. The seller is not in HubSpot's API. */
export const HubSpotConfig = z.object({
  portalId: z
    .string()
    .regex(/^[1-9]\d{0,15}$/, "use the digits of the Hub ID")
    .describe("The number of the account (Hub ID)."),
  accessToken: secret("The token of a private app; leave it out to connect by login.").optional(),
  clientSecret: secret(
    "The client secret of the app, by which webhooks are checked; without it there are none.",
  ).optional(),
  sellerNip: z.string().describe("NIP of the seller: ten digits."),
  sellerName: z.string().min(1).describe("Full name of the seller."),
  sellerAddress1: z.string().min(1).describe("Street and number of the seller."),
  sellerAddress2: z.string().min(1).optional().describe("Postal code and town of the seller."),
  sellerCountry: z.string().length(2).default("PL").describe("Country code of the seller."),
  buyerTaxProperty: propertyName()
    .default("nip")
    .describe("The company property with the buyer's NIP or VAT number."),
  contactsAreConsumers: z
    .boolean()
    .default(false)
    .describe("An invoice with a contact and no company is one for a consumer, without a tax number."),
  lineTaxProperty: propertyName()
    .default("hs_tax_rate_group_id")
    .describe("The line item property that says the tax: its values are the tax codes of the mapping."),
  lineUnitProperty: propertyName()
    .optional()
    .describe("The line item property with the unit, if there is one."),
  moreInvoiceProperties: z
    .array(propertyName())
    .default([])
    .describe("More of the invoice, for the field map."),
  moreLineProperties: z
    .array(propertyName())
    .default([])
    .describe("More of the line items, for the field map."),
  moreCompanyProperties: z
    .array(propertyName())
    .default([])
    .describe("More of the company, for the field map."),
  language: z.enum(["pl", "en"]).default("pl").describe("Of what is written into HubSpot."),
  baseUrl: z.url().default("https://api.hubapi.com").describe("Where HubSpot's API is."),
});
export type HubSpotConfig = z.output<typeof HubSpotConfig>;
