import * as z from "zod";
import { vatUePattern } from "../context.ts";

const identifier = z.object({ type: z.string(), value: z.string().nullish() }).nullish();
const terms = {
  contextIdentifier: identifier,
  targetIdentifier: identifier,
  permissionTypes: z
    .array(
      z.enum([
        "CredentialsManage",
        "CredentialsRead",
        "InvoiceWrite",
        "InvoiceRead",
        "Introspection",
        "SubunitManage",
        "EnforcementOperations",
        "VatUeManage",
        "CollectiveIdentifierManage",
      ]),
    )
    .nullish(),
  permissionState: z.enum(["Active", "Inactive"]).nullish(),
};

/** Bodies of `POST /permissions/query/…`. Source: OpenAPI, Wyszukiwanie nadanych uprawnień. */
export const queries = {
  personal: z.object(terms),
  persons: z.object({
    ...terms,
    authorIdentifier: identifier,
    authorizedIdentifier: identifier,
    queryType: z.enum(["PermissionsInCurrentContext", "PermissionsGrantedInCurrentContext"]),
  }),
  subunits: z.object({ subunitIdentifier: identifier }),
  entities: z.object({ contextIdentifier: identifier }),
  authorizations: z.object({
    authorizingIdentifier: identifier,
    authorizedIdentifier: identifier,
    queryType: z.enum(["Granted", "Received"]),
    permissionTypes: z
      .array(z.enum(["SelfInvoicing", "TaxRepresentative", "RRInvoicing", "PefInvoicing"]))
      .nullish(),
  }),
  euEntities: z.object({
    vatUeIdentifier: z.string().regex(vatUePattern).nullish(),
    authorizedFingerprintIdentifier: z.string().nullish(),
    permissionTypes: z
      .array(z.enum(["VatUeManage", "InvoiceWrite", "InvoiceRead", "Introspection"]))
      .nullish(),
  }),
  subordinates: z.object({ subordinateEntityIdentifier: identifier }),
};

export type Query<K extends keyof typeof queries> = z.output<(typeof queries)[K]>;
