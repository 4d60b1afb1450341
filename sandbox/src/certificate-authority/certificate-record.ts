import type { X509Certificate } from "node:crypto";
import type { State, SubjectIdentifier } from "../state.ts";
import { Refusal } from "../refusal.ts";
import type { CertificateType } from "./authority.ts";

/** A certificate KSeF issued. It can be seen from `issuedAt` on. */
export interface KsefCertificate {
  serialNumber: string;
  name: string;
  type: CertificateType;
  subject: SubjectIdentifier;
  commonName: string;
  /** DER in Base64; its public key likewise, as SubjectPublicKeyInfo. */
  der: string;
  publicKey: string;
  requestedAt: number;
  issuedAt: number;
  validFrom: number;
  validTo: number;
  revokedAt?: number;
  lastUsedAt?: number;
}

export type CertificateStatus = "Active" | "Blocked" | "Revoked" | "Expired";

/** Every certificate by its serial number, those not yet to be seen among them. */
export const ksefCertificates = (state: State) => state.store.collection<KsefCertificate>("ksef-certificate");

/** The certificates of this subject that can be seen now, in the order they were asked for. */
export function certificatesOf(state: State, subject: SubjectIdentifier): KsefCertificate[] {
  const now = state.clock.now();
  return ksefCertificates(state)
    .values()
    .filter((certificate) => isOf(certificate, subject) && certificate.issuedAt <= now);
}

/** The certificate of this subject with this serial number; 25008 when there is none. */
export function findCertificate(
  state: State,
  subject: SubjectIdentifier,
  serialNumber: string,
): KsefCertificate {
  const found = certificatesOf(state, subject).find(
    (certificate) => certificate.serialNumber === serialNumber,
  );
  if (found === undefined) throw new Refusal(25008);
  return found;
}

/** Revoking takes as long as an invoice takes; meanwhile the certificate is blocked. */
export function certificateStatus(state: State, certificate: KsefCertificate): CertificateStatus {
  const now = state.clock.now();
  const { acceptedMs, processingMs } = state.processing;
  if (certificate.revokedAt !== undefined)
    return now < certificate.revokedAt + acceptedMs + processingMs ? "Blocked" : "Revoked";
  return certificate.validTo <= now ? "Expired" : "Active";
}

/**
 * What a login must know of a certificate KSeF issued; undefined for a certificate of anybody else. Only one that is
 * `Authentication` and `Active` may log in; whose it is, `subject` says, not its attributes.
 */
export function enrolledCertificate(
  state: State,
  certificate: X509Certificate,
): { subject: SubjectIdentifier; type: CertificateType; status: CertificateStatus } | undefined {
  const found = ksefCertificates(state).get(certificate.serialNumber);
  if (found?.der !== certificate.raw.toString("base64") || found.issuedAt > state.clock.now())
    return undefined;
  return { subject: found.subject, type: found.type, status: certificateStatus(state, found) };
}

/** Whether a certificate or an enrollment is this subject's. */
export const isOf = (record: { subject: SubjectIdentifier }, { type, value }: SubjectIdentifier): boolean =>
  record.subject.type === type && record.subject.value === value;
