import * as z from "zod";
import { contextPatterns } from "../context.ts";
import { entityDetails, fingerprintDetails, personDetails } from "./details.ts";
import { identifier, subjectIdentifier } from "./identifier.ts";

const description = z.string().min(5).max(256);
const unique = (items: string[]): boolean => new Set(items).size === items.length;
const repeated = "Każde uprawnienie może wystąpić tylko raz.";
const invoicing = z.enum(["InvoiceWrite", "InvoiceRead"]);

/** Bodies of `POST /permissions/…/grants`. Source: OpenAPI, Nadawanie uprawnień. */
export const grantRequests = {
  persons: z.object({
    subjectIdentifier,
    permissions: z
      .array(
        z.enum([
          "CredentialsManage",
          "CredentialsRead",
          "InvoiceWrite",
          "InvoiceRead",
          "Introspection",
          "SubunitManage",
          "EnforcementOperations",
          "CollectiveIdentifierManage",
        ]),
      )
      .min(1)
      .refine(unique, repeated),
    description,
    subjectDetails: personDetails,
  }),
  entities: z.object({
    subjectIdentifier: identifier.Nip,
    permissions: z
      .array(z.object({ type: invoicing, canDelegate: z.boolean().default(false) }))
      .min(1)
      .refine((items) => unique(items.map(({ type }) => type)), repeated),
    description,
    subjectDetails: entityDetails,
  }),
  authorizations: z.object({
    subjectIdentifier: z.discriminatedUnion("type", [identifier.Nip, identifier.PeppolId]),
    permission: z.enum(["SelfInvoicing", "RRInvoicing", "TaxRepresentative", "PefInvoicing"]),
    description,
    subjectDetails: entityDetails,
  }),
  indirect: z.object({
    subjectIdentifier,
    targetIdentifier: z
      .discriminatedUnion("type", [
        identifier.Nip,
        identifier.InternalId,
        z.object({ type: z.literal("AllPartners"), value: z.literal("").nullish() }),
      ])
      .nullish(),
    permissions: z.array(invoicing).min(1).refine(unique, repeated),
    description,
    subjectDetails: personDetails,
  }),
  subunits: z
    .object({
      subjectIdentifier,
      contextIdentifier: z.discriminatedUnion("type", [
        identifier.Nip,
        identifier.InternalId.refine(
          ({ value }) => hasCheckDigit(value),
          "Nieprawidłowa suma kontrolna identyfikatora wewnętrznego.",
        ),
      ]),
      description,
      subunitName: z.string().min(5).max(256).nullish(),
      subjectDetails: personDetails,
    })
    .refine(
      ({ contextIdentifier, subunitName }) => contextIdentifier.type === "Nip" || subunitName,
      "Nazwa jednostki podrzędnej jest wymagana.",
    ),
  euAdministration: z.object({
    subjectIdentifier: identifier.Fingerprint,
    contextIdentifier: z.object({
      type: z.literal("NipVatUe"),
      value: z.string().regex(contextPatterns.NipVatUe, "Identyfikator złożony ma postać NIP-VATUE."),
    }),
    description,
    euEntityName: z.string().min(5).max(256),
    subjectDetails: fingerprintDetails,
    euEntityDetails: z.object({ fullName: z.string().max(100), address: z.string().max(512) }),
  }),
  euEntities: z.object({
    subjectIdentifier: identifier.Fingerprint,
    permissions: z.array(invoicing).min(1).refine(unique, repeated),
    description,
    subjectDetails: fingerprintDetails,
  }),
};

export type GrantRequest<K extends keyof typeof grantRequests> = z.output<(typeof grantRequests)[K]>;

/** The last digit: the others weighted 1, 3, 1, 3… modulo 10. Source: OpenAPI, POST /permissions/subunits/grants. */
function hasCheckDigit(internalId: string): boolean {
  const digits = internalId.replace("-", "").split("").map(Number);
  const sum = digits.slice(0, -1).reduce((total, digit, at) => total + digit * (at % 2 === 0 ? 1 : 3), 0);
  return sum % 10 === digits.at(-1);
}
