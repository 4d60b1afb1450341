import { X509Certificate } from "node:crypto";
import type { Operation, State } from "../state.ts";
import { enrolledCertificate, ksefCertificates } from "./certificate-record.ts";

/**
 * Keeps the certificate of a signed login, whose data alone can be certified; for one that KSeF issued a login that
 * succeeds is its last use. To be called for every login with a signature.
 */
export function keepLoginCertificate(state: State, operation: Operation, certificate: X509Certificate): void {
  certificates(state).set(operation.referenceNumber, certificate.raw.toString("base64"));
  if (operation.verdict.code !== 200 || enrolledCertificate(state, certificate) === undefined) return;
  const used = ksefCertificates(state).get(certificate.serialNumber);
  if (used !== undefined)
    ksefCertificates(state).set(used.serialNumber, { ...used, lastUsedAt: operation.startedAt });
}

/** The certificate this login was signed with; undefined for a login by KSeF token. */
export function loginCertificate(state: State, operation: Operation): X509Certificate | undefined {
  const der = certificates(state).get(operation.referenceNumber);
  return der === undefined ? undefined : new X509Certificate(Buffer.from(der, "base64"));
}

/** DER in Base64, by the reference number of the login. */
const certificates = (state: State) => state.store.collection<string>("login-certificate");
