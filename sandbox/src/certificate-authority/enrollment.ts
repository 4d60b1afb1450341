import { referenceNumber } from "../number.ts";
import { Refusal } from "../refusal.ts";
import type { Operation, State, SubjectIdentifier } from "../state.ts";
import type { Status } from "../status.ts";
import { issueKsefCertificate, type CertificateType } from "./authority.ts";
import { isOf, ksefCertificates, type KsefCertificate } from "./certificate-record.ts";
import { readCsr, type Csr } from "./csr.ts";
import { enrollments, type Enrollment } from "./enrollment-record.ts";
import { certificateLimits } from "./limits.ts";
import { loginCertificate } from "./login-certificate.ts";
import { enrollmentData, readName, type EnrollmentData } from "./subject.ts";

export interface EnrollmentRequest {
  certificateName: string;
  certificateType: CertificateType;
  /** PKCS#10 in DER. */
  csr: Uint8Array;
  validFrom?: number | undefined;
}

/** The name a CSR must have; undefined when this login cannot ask for a certificate: by KSeF token or Peppol provider. */
export function enrollmentDataOf(state: State, operation: Operation): EnrollmentData | undefined {
  const certificate = loginCertificate(state, operation);
  if (certificate === undefined || operation.method === "PeppolSignature") return undefined;
  return enrollmentData(certificate);
}

/**
 * Takes a request for a certificate, which is issued at once and can be seen when the clock says so. Throws 25002, 25006
 * and 25007 for the login and its limits, and what `readCsr` throws. Source: OpenAPI, POST /certificates/enrollments.
 */
export async function enroll(
  state: State,
  operation: Operation,
  subject: SubjectIdentifier,
  request: EnrollmentRequest,
): Promise<Enrollment> {
  const data = enrollmentDataOf(state, operation);
  if (data === undefined) throw new Refusal(25002);
  const limits = certificateLimits(state, subject);
  if (limits.enrollment.remaining === 0) throw new Refusal(25006);
  if (limits.certificate.remaining === 0) throw new Refusal(25007);
  const csr = await readCsr(request.csr, data);
  const certificate = await issue(state, subject, request, csr);

  const verdict = judge(state, certificate);
  const { requestedAt, issuedAt, serialNumber } = certificate;
  const enrollment: Enrollment = {
    referenceNumber: referenceNumber("EH", requestedAt),
    subject,
    requestedAt,
    finalAt: issuedAt,
    verdict,
    ...(verdict.code === 200 && { serialNumber }),
  };
  state.store.atomically(() => {
    enrollments(state).set(enrollment.referenceNumber, enrollment);
    if (verdict.code === 200) ksefCertificates(state).set(serialNumber, certificate);
  });
  return enrollment;
}

/** Valid for two years, not before it can be seen, in whole seconds as X.509 has them. */
async function issue(
  state: State,
  subject: SubjectIdentifier,
  request: EnrollmentRequest,
  csr: Csr,
): Promise<KsefCertificate> {
  const requestedAt = state.clock.now();
  const issuedAt = requestedAt + state.processing.acceptedMs + state.processing.processingMs;
  const validFrom = Math.floor(Math.max(request.validFrom ?? issuedAt, issuedAt) / 1000) * 1000;
  const validTo = new Date(validFrom).setUTCFullYear(new Date(validFrom).getUTCFullYear() + 2);
  const { certificateName: name, certificateType: type } = request;
  const { serialNumber, der } = await issueKsefCertificate(state, { type, ...csr, validFrom, validTo });
  return {
    serialNumber,
    name,
    type,
    subject,
    commonName: readName(csr.subject).commonName ?? "",
    der: der.toString("base64"),
    publicKey: Buffer.from(csr.publicKey.rawData).toString("base64"),
    requestedAt,
    issuedAt,
    validFrom,
    validTo,
  };
}

function judge(state: State, certificate: KsefCertificate): Status {
  const others = ksefCertificates(state).values();
  if (others.some((other) => other.publicKey === certificate.publicKey && !isOf(other, certificate.subject)))
    return rejected("Klucz publiczny został już certyfikowany przez inny podmiot.");
  // Those on their way were asked for before this one.
  const pending = others.filter(
    (other) => isOf(other, certificate.subject) && other.issuedAt > state.clock.now(),
  );
  if (certificateLimits(state, certificate.subject).certificate.remaining <= pending.length)
    return rejected("Osiągnięto dopuszczalny limit posiadanych certyfikatów.");
  return { code: 200, description: "Wniosek obsłużony (certyfikat wygenerowany)" };
}

const rejected = (detail: string): Status => ({
  code: 400,
  description: "Wniosek odrzucony",
  details: [detail],
});
