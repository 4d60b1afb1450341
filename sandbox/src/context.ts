import * as z from "zod";
import { nipPattern } from "./nip.ts";

/** VAT number of a company in the European Union. Source: ksef-docs, auth/schemy/schemat_auth_v2-1.xsd. */
export const vatUePattern = new RegExp(
  [
    String.raw`^(ATU\d{8}|BE[01]\d{9}|BG\d{9,10}|CY\d{8}[A-Z]|CZ\d{8,10}|DE\d{9}|DK\d{8}|EE\d{9}|EL\d{9}`,
    String.raw`|ES([A-Z]\d{8}|\d{8}[A-Z]|[A-Z]\d{7}[A-Z])|FI\d{8}|FR[A-Z0-9]{2}\d{9}|HR\d{11}|HU\d{8}`,
    String.raw`|IE(\d{7}[A-Z]{2}|\d[A-Z0-9+*]\d{5}[A-Z])|IT\d{11}|LT(\d{9}|\d{12})|LU\d{8}|LV\d{11}|MT\d{8}`,
    String.raw`|NL[A-Z0-9+*]{12}|PT\d{9}|RO\d{2,10}|SE\d{12}|SI\d{8}|SK\d{10}|XI((\d{9}|\d{12})|(GD|HA)\d{3}))$`,
  ].join(""),
);

/** Contexts by their types, as the schemas of AuthTokenRequest write them. */
export const contextPatterns = {
  Nip: nipPattern,
  InternalId: /^[1-9](\d[1-9]|[1-9]\d)\d{7}-\d{5}$/,
  NipVatUe: new RegExp(`^[1-9](\\d[1-9]|[1-9]\\d)\\d{7}-${vatUePattern.source.slice(1)}`),
  PeppolId: /^P[A-Z]{2}\d{6}$/,
};

/** A `contextIdentifier` of any type. */
export const contextIdentifier = z
  .object({ type: z.enum(["Nip", "InternalId", "NipVatUe", "PeppolId"]), value: z.string() })
  .refine(({ type, value }) => contextPatterns[type].test(value), "Nieprawidłowy identyfikator kontekstu.");
