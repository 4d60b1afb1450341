import * as z from "zod";
import type { Access } from "../client.ts";
import { call, type Call, type Endpoint } from "../http.ts";

/**
 * `/certificates` of KSeF: one method per endpoint, requests and answers spelled as published. They concern whoever
 * logged in, in whatever context. Source: ksef-docs, certyfikaty-KSeF.md; the OpenAPI document.
 */
export type CertificatesClient = ReturnType<typeof certificatesClient>;

/** To log in, or to vouch for invoices issued offline. A certificate is never for both. */
export const CertificateType = z.enum(["Authentication", "Offline"]);
export type CertificateType = z.output<typeof CertificateType>;

export type EnrolmentData = z.output<typeof enrolmentData>;

interface Enrol {
  certificateName: string;
  certificateType: CertificateType;
  /** PKCS#10 in DER and Base64. */
  csr: string;
}

interface Filter {
  type?: CertificateType;
  status?: z.output<typeof certificateStatus>;
}

const limit = z.object({ limit: z.number(), remaining: z.number() });
const limits = z.object({ canRequest: z.boolean(), enrollment: limit, certificate: limit });
/** The document has one text for each attribute; the guide says that `givenName` may come as a list. */
const attribute = z.union([z.string(), z.array(z.string())]).nullish();
const enrolmentData = z.object({
  countryName: attribute,
  organizationName: attribute,
  organizationIdentifier: attribute,
  givenName: attribute,
  surname: attribute,
  serialNumber: attribute,
  uniqueIdentifier: attribute,
  commonName: attribute,
});
const enrolled = z.object({ referenceNumber: z.string() });
const enrolmentStatus = z.object({
  status: z.object({
    code: z.number(),
    description: z.string(),
    details: z.array(z.string()).nullish(),
  }),
  certificateSerialNumber: z.string().nullish(),
});
const retrieved = z.object({
  certificates: z.array(z.object({ certificateSerialNumber: z.string(), certificate: z.base64() })),
});
const certificateStatus = z.enum(["Active", "Blocked", "Revoked", "Expired"]);
const queried = z.object({
  certificates: z.array(
    z.object({
      certificateSerialNumber: z.string(),
      name: z.string(),
      type: CertificateType,
      status: certificateStatus,
      validFrom: z.string(),
      validTo: z.string(),
      requestDate: z.string(),
    }),
  ),
  hasMore: z.boolean(),
});

export function certificatesClient(
  endpoint: Endpoint,
  json: <T>(schema: z.ZodType<T>, request: Call) => Promise<T>,
) {
  return {
    limits: (access: Access) => json(limits, { path: "/certificates/limits", ...access }),
    /** The distinguished name a request must have. 25001 when the login was not by a signature. */
    enrolmentData: (access: Access) =>
      json(enrolmentData, { path: "/certificates/enrollments/data", ...access }),
    enrol: (body: Enrol, access: Access) =>
      json(enrolled, { method: "POST", path: "/certificates/enrollments", json: body, ...access }),
    enrolmentStatus: (reference: string, access: Access) =>
      json(enrolmentStatus, {
        path: `/certificates/enrollments/${encodeURIComponent(reference)}`,
        ...access,
      }),
    /** Up to ten at once, each in DER and Base64. */
    retrieve: (certificateSerialNumbers: string[], access: Access) =>
      json(retrieved, {
        method: "POST",
        path: "/certificates/retrieve",
        json: { certificateSerialNumbers },
        ...access,
      }),
    /** The newest requests first; up to 50 on a page, the first of which is 0. */
    query: (filter: Filter, page: { size: number; offset: number }, access: Access) =>
      json(queried, {
        method: "POST",
        path: `/certificates/query?pageSize=${page.size}&pageOffset=${page.offset}`,
        json: filter,
        ...access,
      }),
    revoke: async (
      serialNumber: string,
      revocationReason: "Unspecified" | "Superseded" | "KeyCompromise",
      access: Access,
    ): Promise<void> => {
      const path = `/certificates/${encodeURIComponent(serialNumber)}/revoke`;
      await call(endpoint, { method: "POST", path, json: { revocationReason }, ...access });
    },
  };
}
