import * as z from "zod";
import { exactlyOne } from "./choice.ts";
import { currency } from "./codes.ts";
import { quantity } from "./number.ts";
import { Address, Carrier } from "./party.ts";
import { line } from "./text.ts";
import { agreementDate, instant } from "./time.ts";

export const Agreement = z
  .strictObject({
    date: agreementDate().optional().describe("Date of the contract or order."),
    number: line(256).optional().describe("Number of the contract or order."),
  })
  .describe("A contract or an order, by date, number or both.");

const time = () => instant("2021-10-01T00:00:00Z").optional();

export const Transport = z
  .strictObject({
    mode: z
      .enum(["sea", "rail", "road", "air", "post", "fixed-installation", "inland-waterway"])
      .optional()
      .describe("Means of transport."),
    otherMode: line(50).optional().describe("Means of transport in words, when none of the list fits."),
    carrier: Carrier.optional(),
    orderNumber: line(256).optional().describe("Number of the transport order."),
    load: z
      .enum([
        "can",
        "barrel",
        "cylinder",
        "carton",
        "canister",
        "cage",
        "container",
        "basket",
        "punnet",
        "bulk-pack",
        "parcel",
        "packet",
        "pallet",
        "receptacle",
        "dry-bulk-container",
        "liquid-bulk-container",
        "box",
        "tin",
        "crate",
        "bag",
      ])
      .optional()
      .describe("Kind of load."),
    otherLoad: line(50)
      .optional()
      .describe("Kind of load in words, when none of the list fits or it is mixed."),
    packagingUnit: line(256).optional().describe("Unit of packaging."),
    startsAt: time().describe("When the transport starts."),
    endsAt: time().describe("When the transport ends."),
    from: Address.optional().describe("Place of dispatch."),
    via: z.array(Address).max(20).optional().describe("Places on the way."),
    to: Address.optional().describe("Destination."),
  })
  .refine(...exactlyOne("mode", "otherMode"))
  .refine(...exactlyOne("load", "otherLoad"))
  .describe("A transport, with one of mode and otherMode, and one of load and otherLoad.");

export const Transaction = z
  .strictObject({
    contracts: z.array(Agreement).max(100).optional().describe("Contracts the sale is made under."),
    orders: z.array(Agreement).max(100).optional().describe("Orders the sale is made under."),
    batchNumbers: z.array(line(256)).max(1000).optional().describe("Batch numbers of the goods."),
    deliveryTerms: line(256).optional().describe("Terms of delivery, such as Incoterms."),
    contractualRate: z
      .strictObject({
        rate: quantity().describe("Agreed rate of exchange to PLN; not the one VAT is computed by."),
        currency: currency().describe("Agreed currency."),
      })
      .optional()
      .describe("Agreed rate by which amounts on the invoice were converted to PLN."),
    transports: z.array(Transport).max(20).optional().describe("Transports of the goods."),
    intermediary: z
      .boolean()
      .optional()
      .describe("Supplied by an intermediary of a chain transaction (art. 22(2d) of the VAT act)."),
  })
  .describe("Terms of the transaction.");

export type Agreement = z.infer<typeof Agreement>;
export type Transport = z.infer<typeof Transport>;
export type Transaction = z.infer<typeof Transaction>;
