import type {
  Address,
  AuthorisedParty,
  Buyer,
  Carrier,
  Contact,
  PreviousBuyer,
  PreviousSeller,
  Seller,
  ThirdParty,
} from "../../model.ts";
import {
  demandOneOf,
  group,
  mandatoryRecord,
  part,
  record,
  records,
  sequence,
  type Entry,
} from "../codec.ts";
import {
  code,
  demandCode,
  demandText,
  mark,
  percentage,
  replaced,
  text,
  yes,
  yesOrNo,
} from "../codec-values.ts";

/** TAdres */
export const address = sequence<Address>(
  demandText("KodKraju", "country"),
  demandText("AdresL1", "line1"),
  text("AdresL2", "line2"),
  text("GLN", "gln"),
);

const contact = sequence<Contact>(text("Email", "email"), text("Telefon", "phone"));

/** TPodmiot1 */
const taxpayer = group<Pick<Seller, "nip" | "name">>(
  "DaneIdentyfikacyjne",
  demandText("NIP", "nip"),
  demandText("Nazwa", "name"),
);

type Identity = Pick<Buyer, "nip" | "euVat" | "otherTaxId" | "noTaxId" | "name">;

const euVat = sequence<NonNullable<Buyer["euVat"]>>(
  demandText("KodUE", "country"),
  demandText("NrVatUE", "number"),
);
const otherTaxId = sequence<NonNullable<Buyer["otherTaxId"]>>(
  text("KodKraju", "country"),
  replaced("NrID", "number"),
);

/** TPodmiot2; TPodmiot3 differs by the internal identifier. */
const identified = group<Identity>(
  "DaneIdentyfikacyjne",
  demandOneOf("nip", "euVat", "otherTaxId", "noTaxId"),
  text("NIP", "nip"),
  part("euVat", euVat),
  part("otherTaxId", otherTaxId),
  yes("BrakID", "noTaxId"),
  text("Nazwa", "name"),
);

/** TPodmiot3 */
const identifiedThird = group<Pick<ThirdParty, keyof Identity | "internalId">>(
  "DaneIdentyfikacyjne",
  demandOneOf("nip", "internalId", "euVat", "otherTaxId", "noTaxId"),
  text("NIP", "nip"),
  text("IDWew", "internalId"),
  part("euVat", euVat),
  part("otherTaxId", otherTaxId),
  yes("BrakID", "noTaxId"),
  text("Nazwa", "name"),
);

const addresses = (): Entry<Pick<Buyer, "address" | "correspondenceAddress">>[] => [
  record("Adres", "address", address),
  record("AdresKoresp", "correspondenceAddress", address),
];

/** Podmiot1 */
export const seller = sequence<Seller>(
  text("PrefiksPodatnika", "vatPrefix"),
  text("NrEORI", "eori"),
  taxpayer,
  mandatoryRecord("Adres", "address", address),
  record("AdresKoresp", "correspondenceAddress", address),
  records("DaneKontaktowe", "contacts", contact),
  code("StatusInfoPodatnika", "status", {
    liquidation: 1,
    restructuring: 2,
    bankruptcy: 3,
    "inherited-enterprise": 4,
  }),
);

/** Podmiot2 */
export const buyer = sequence<Buyer>(
  text("NrEORI", "eori"),
  identified,
  ...addresses(),
  records("DaneKontaktowe", "contacts", contact),
  text("NrKlienta", "customerNumber"),
  text("IDNabywcy", "key"),
  yesOrNo("JST", "localGovernmentUnit"),
  yesOrNo("GV", "vatGroupMember"),
);

/** Podmiot3 */
export const thirdParty = sequence<ThirdParty>(
  text("IDNabywcy", "key"),
  text("NrEORI", "eori"),
  identifiedThird,
  ...addresses(),
  records("DaneKontaktowe", "contacts", contact),
  demandOneOf("role", "otherRole"),
  code("Rola", "role", {
    factor: 1,
    recipient: 2,
    "original-entity": 3,
    "additional-buyer": 4,
    issuer: 5,
    payer: 6,
    "local-government-issuer": 7,
    "local-government-recipient": 8,
    "vat-group-issuer": 9,
    "vat-group-recipient": 10,
    employee: 11,
  }),
  mark("RolaInna", "otherRole"),
  text("OpisRoli", "otherRole"),
  percentage("Udzial", "share"),
  text("NrKlienta", "customerNumber"),
);

/** PodmiotUpowazniony */
export const authorisedParty = sequence<AuthorisedParty>(
  text("NrEORI", "eori"),
  taxpayer,
  mandatoryRecord("Adres", "address", address),
  record("AdresKoresp", "correspondenceAddress", address),
  records(
    "DaneKontaktowe",
    "contacts",
    sequence<Contact>(text("EmailPU", "email"), text("TelefonPU", "phone")),
  ),
  demandCode("RolaPU", "role", { "enforcement-authority": 1, "court-bailiff": 2, "tax-representative": 3 }),
);

/** Podmiot1K */
export const previousSeller = sequence<PreviousSeller>(
  text("PrefiksPodatnika", "vatPrefix"),
  taxpayer,
  mandatoryRecord("Adres", "address", address),
);

/** Podmiot2K */
export const previousBuyer = sequence<PreviousBuyer>(
  identified,
  record("Adres", "address", address),
  text("IDNabywcy", "key"),
);

/** Transport/Przewoznik */
export const carrier = sequence<Carrier>(identified, mandatoryRecord("AdresPrzewoznika", "address", address));
