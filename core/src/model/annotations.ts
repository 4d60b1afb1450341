import * as z from "zod";
import { atMostOne, exactlyOne } from "./choice.ts";
import { line } from "./text.ts";
import { date } from "./time.ts";

const flag = (meaning: string) => z.boolean().optional().describe(`${meaning} Left out means no.`);

export const Exemption = z
  .strictObject({
    act: line(256).optional().describe("Provision of the Polish VAT act or of a regulation under it."),
    directive: line(256).optional().describe("Provision of Directive 2006/112/EC."),
    other: line(256).optional().describe("Any other legal basis."),
  })
  .refine(...exactlyOne("act", "directive", "other"))
  .describe("Legal basis of an exemption, with exactly one of: act, directive, other.");

export const NewVehicle = z
  .strictObject({
    firstUse: date().describe("Date it was first put to use."),
    line: z.int().min(1).max(99_999_999_999_999).describe("Number of the invoice line that sells it."),
    make: line(256).optional().describe("Make."),
    model: line(256).optional().describe("Model."),
    colour: line(256).optional().describe("Colour."),
    registration: line(256).optional().describe("Registration number."),
    productionYear: line(256).optional().describe("Year of production."),
    land: z
      .strictObject({
        mileage: line(256).describe("Mileage, with its unit."),
        vin: line(256).optional().describe("Vehicle Identification Number."),
        bodyNumber: line(256).optional().describe("Number of the body."),
        chassisNumber: line(256).optional().describe("Number of the chassis."),
        frameNumber: line(256).optional().describe("Number of the frame."),
        type: line(256).optional().describe("Type of the vehicle."),
      })
      .refine(...atMostOne("vin", "bodyNumber", "chassisNumber", "frameNumber"))
      .optional()
      .describe("A land vehicle, with at most one of: vin, bodyNumber, chassisNumber, frameNumber."),
    vessel: z
      .strictObject({
        hours: line(256).describe("Working hours it was used."),
        hullNumber: line(256).optional().describe("Number of the hull."),
      })
      .optional()
      .describe("A vessel."),
    aircraft: z
      .strictObject({
        hours: line(256).describe("Working hours it was used."),
        serialNumber: line(256).optional().describe("Serial number."),
      })
      .optional()
      .describe("An aircraft."),
  })
  .refine(...exactlyOne("land", "vessel", "aircraft"))
  .describe("A new means of transport, with exactly one of: land, vessel, aircraft.");

export const NewTransport = z
  .strictObject({
    reportDue: flag("The seller must report the supply under art. 42(5) of the VAT act."),
    vehicles: z.array(NewVehicle).min(1).max(10_000).describe("The vehicles, vessels and aircraft."),
  })
  .describe("Intra-EU supply of new means of transport.");

export const Annotations = z
  .strictObject({
    cashAccounting: flag("The seller accounts for VAT when paid (metoda kasowa)."),
    selfBilling: flag("The buyer issues the invoice in the seller's name (samofakturowanie)."),
    reverseCharge: flag("The buyer accounts for the VAT (odwrotne obciążenie)."),
    splitPayment: flag("Split payment is compulsory (mechanizm podzielonej płatności)."),
    exemption: Exemption.optional(),
    newTransport: NewTransport.optional(),
    simplifiedTriangulation: flag("Second taxable person in a simplified triangular transaction (art. 135)."),
    marginScheme: z
      .enum(["travel", "second-hand", "art", "collectibles"])
      .optional()
      .describe(
        "Margin scheme: travel agencies, second-hand goods, works of art, collectors' items and antiques.",
      ),
  })
  .describe("Statements the VAT act requires on an invoice. What is left out means no.");

export type Exemption = z.infer<typeof Exemption>;
export type NewVehicle = z.infer<typeof NewVehicle>;
export type NewTransport = z.infer<typeof NewTransport>;
export type Annotations = z.infer<typeof Annotations>;
