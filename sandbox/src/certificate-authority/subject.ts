import type { X509Certificate } from "node:crypto";
// Demanded by the certificate library before it is loaded.
import "reflect-metadata";
import * as x509 from "@peculiar/x509";

/** Attributes of the distinguished name. Source: ksef-docs, certyfikaty-KSeF.md. */
export const attributes = {
  commonName: "2.5.4.3",
  countryName: "2.5.4.6",
  givenName: "2.5.4.42",
  surname: "2.5.4.4",
  serialNumber: "2.5.4.5",
  uniqueIdentifier: "2.5.4.45",
  organizationName: "2.5.4.10",
  organizationIdentifier: "2.5.4.97",
} as const;

/** `CertificateEnrollmentDataResponse`: the distinguished name a CSR must have. */
export type EnrollmentData = Partial<Record<keyof typeof attributes, string>>;

/**
 * The subject of a certificate that logged in. However it writes the number of a person, KSeF gives it as `TINPL-…` or
 * `PNOPL-…`, and certifies only that. Patterns: ksef-docs, auth/podpis-xades.md.
 */
export function enrollmentData(certificate: X509Certificate): EnrollmentData {
  const data = readName(new x509.X509Certificate(certificate.raw).subjectName);
  const { serialNumber = "" } = data;
  const pesel = /(?:PNOPL|PESEL).*?(\d{11})/.exec(serialNumber)?.[1];
  if (pesel !== undefined) return { ...data, serialNumber: `PNOPL-${pesel}` };
  const nip = /(?:TINPL|NIP).*?(\d{10})/.exec(serialNumber)?.[1];
  return nip === undefined ? data : { ...data, serialNumber: `TINPL-${nip}` };
}

/** The known attributes of a distinguished name; one that occurs several times becomes one text with spaces. */
export function readName(name: x509.Name): EnrollmentData {
  const read = Object.entries(attributes).map(([key, oid]) => [key, name.getField(oid).join(" ")]);
  return Object.fromEntries(read.filter(([, text]) => text !== ""));
}
