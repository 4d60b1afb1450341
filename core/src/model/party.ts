import * as z from "zod";
import { exactlyOne } from "./choice.ts";
import { country, euCountry } from "./codes.ts";
import { percentage } from "./number.ts";
import { line, paragraph, pattern, replaceBlanks } from "./text.ts";
import { sentence } from "./sentence.ts";

const nip = () =>
  pattern(
    /^[1-9]((\d[1-9])|([1-9]\d))\d{7}$/,
    sentence(
      "A NIP is ten digits without dashes or a country prefix.",
      "NIP to dziesięć cyfr bez kresek i prefiksu kraju.",
    ),
  );

export const Address = z
  .strictObject({
    country: country().describe('Country code, such as "PL".'),
    line1: line(512).describe("First line, for example street and number; the whole address is allowed."),
    line2: line(512).optional().describe("Second line, for example postal code and town."),
    gln: line(13).optional().describe("Global Location Number (GS1)."),
  })
  .describe("A postal address in one or two lines.");

export const Contact = z
  .strictObject({
    email: line(255, 3)
      .regex(/^[^\n\r]+@[^\n\r]+$/, sentence("An e-mail address has an @.", "Adres e-mail zawiera znak @."))
      .optional()
      .describe("E-mail address."),
    phone: line(16).optional().describe("Telephone number."),
  })
  .describe("An e-mail address, a telephone number or both.");

const contacts = (whose: string) =>
  z.array(Contact).max(3).optional().describe(`Contacts of ${whose}, at most 3.`);

const euVat = z.strictObject({
  country: euCountry().describe('VAT prefix of the member state; Greece is "EL", Northern Ireland "XI".'),
  number: pattern(
    /^[0-9A-Z+*]{1,12}$/,
    sentence(
      "1 to 12 capital letters, digits, + or *, without the prefix.",
      "Od 1 do 12 wielkich liter, cyfr, + lub *, bez prefiksu.",
    ),
  ).describe("VAT number without the prefix."),
});

const otherTaxId = z.strictObject({
  country: country().optional().describe("Country that issued the identifier."),
  number: paragraph(50).overwrite(replaceBlanks).describe("The identifier."),
});

/** The ways a party other than the seller is identified: exactly one is given. */
const identity = {
  nip: nip().optional().describe("Polish tax number (NIP)."),
  euVat: euVat.optional().describe("VAT number of another EU member state."),
  otherTaxId: otherTaxId.optional().describe("Any other tax identifier."),
  noTaxId: z
    .literal(true)
    .optional()
    .describe("The party has no tax identifier, or it is not on the invoice."),
};
const identityFields = ["nip", "euVat", "otherTaxId", "noTaxId"] as const;

const name = () => line(512).describe("Full name: of a company, or first and last name.");
const eori = () => line(256).optional().describe("EORI number.");
const key = () =>
  line(32)
    .optional()
    .describe(
      "Key that links this buyer with its former data in a correction (`correction.previousBuyers`).",
    );
const customerNumber = () =>
  line(256).optional().describe("The customer number this party uses in contracts or orders.");
const mailing = () => Address.optional().describe("Address for correspondence, when it is another one.");

export const Seller = z
  .strictObject({
    vatPrefix: z
      .literal("PL")
      .optional()
      .describe('"PL" when the transaction needs the EU VAT number of the seller (intra-EU supplies).'),
    eori: eori(),
    nip: nip().describe("Polish tax number (NIP)."),
    name: name(),
    address: Address.describe("Address of the seller."),
    correspondenceAddress: mailing(),
    contacts: contacts("the seller"),
    status: z
      .enum(["liquidation", "restructuring", "bankruptcy", "inherited-enterprise"])
      .optional()
      .describe(
        "The seller is in liquidation, restructuring or bankruptcy, or is an enterprise in inheritance.",
      ),
  })
  .describe("The taxable person who sells and whose invoice it is.");

export const Buyer = z
  .strictObject({
    eori: eori(),
    ...identity,
    name: name().optional(),
    address: Address.optional().describe(
      "Address of the buyer; may be missing only on a simplified invoice.",
    ),
    correspondenceAddress: mailing(),
    contacts: contacts("the buyer"),
    customerNumber: customerNumber(),
    key: key(),
    localGovernmentUnit: z
      .boolean()
      .optional()
      .describe(
        "The invoice concerns a subordinate unit of a local government; name it in `thirdParties` " +
          'with the role "local-government-recipient".',
      ),
    vatGroupMember: z
      .boolean()
      .optional()
      .describe(
        'The invoice concerns a member of a VAT group; name it in `thirdParties` with the role "vat-group-recipient".',
      ),
  })
  .refine(...exactlyOne(...identityFields))
  .describe("The one who buys, with exactly one of: nip, euVat, otherTaxId, noTaxId.");

export const ThirdParty = z
  .strictObject({
    key: key(),
    eori: eori(),
    ...identity,
    internalId: pattern(
      /^[1-9]((\d[1-9])|([1-9]\d))\d{7}-\d{5}$/,
      sentence(
        "An internal identifier is a NIP, a dash and five digits.",
        "Identyfikator wewnętrzny to NIP, kreska i pięć cyfr.",
      ),
    )
      .optional()
      .describe("Internal identifier of a unit, issued in KSeF: NIP, a dash, five digits."),
    name: name().optional(),
    address: Address.optional().describe("Address of the third party."),
    correspondenceAddress: mailing(),
    contacts: contacts("the third party"),
    role: z
      .enum([
        "factor",
        "recipient",
        "original-entity",
        "additional-buyer",
        "issuer",
        "payer",
        "local-government-issuer",
        "local-government-recipient",
        "vat-group-issuer",
        "vat-group-recipient",
        "employee",
      ])
      .optional()
      .describe("What the third party does in the transaction."),
    otherRole: line(256).optional().describe("The role in words, when none of the list fits."),
    share: percentage().optional().describe("Share of an additional buyer in the purchase, in percent."),
    customerNumber: customerNumber(),
  })
  .refine(...exactlyOne(...identityFields, "internalId"))
  .refine(...exactlyOne("role", "otherRole"))
  .describe("A party other than seller and buyer, with one identifier and one role.");

export const AuthorisedParty = z
  .strictObject({
    eori: eori(),
    nip: nip().describe("Polish tax number (NIP)."),
    name: name(),
    address: Address.describe("Address of the authorised party."),
    correspondenceAddress: mailing(),
    contacts: contacts("the authorised party"),
    role: z
      .enum(["enforcement-authority", "court-bailiff", "tax-representative"])
      .describe("On what ground it acts for the seller."),
  })
  .describe("An authority, bailiff or tax representative that acts for the seller.");

export const PreviousSeller = z
  .strictObject({
    vatPrefix: euCountry().optional().describe("VAT prefix as it was on the corrected invoice."),
    nip: nip().describe("NIP as it was on the corrected invoice; a NIP itself cannot be corrected."),
    name: name(),
    address: Address.describe("Address as it was on the corrected invoice."),
  })
  .describe("The seller as the corrected invoice has it.");

export const PreviousBuyer = z
  .strictObject({
    ...identity,
    name: name().optional(),
    address: Address.optional().describe("Address as it was on the corrected invoice."),
    key: key(),
  })
  .refine(...exactlyOne(...identityFields))
  .describe("The buyer or an additional buyer as the corrected invoice has it.");

export const Carrier = z
  .strictObject({
    ...identity,
    name: name().optional(),
    address: Address.describe("Address of the carrier."),
  })
  .refine(...exactlyOne(...identityFields))
  .describe("The one who transports the goods, with exactly one of: nip, euVat, otherTaxId, noTaxId.");

export type Address = z.infer<typeof Address>;
export type Contact = z.infer<typeof Contact>;
export type Seller = z.infer<typeof Seller>;
export type Buyer = z.infer<typeof Buyer>;
export type ThirdParty = z.infer<typeof ThirdParty>;
export type AuthorisedParty = z.infer<typeof AuthorisedParty>;
export type PreviousSeller = z.infer<typeof PreviousSeller>;
export type PreviousBuyer = z.infer<typeof PreviousBuyer>;
export type Carrier = z.infer<typeof Carrier>;
