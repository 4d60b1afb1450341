import { subjectLimits } from "../limits/effective.ts";
import type { State, SubjectIdentifier } from "../state.ts";
import { certificatesOf, certificateStatus, isOf } from "./certificate-record.ts";
import { enrollments } from "./enrollment-record.ts";

export interface Limit {
  limit: number;
  remaining: number;
}

/** `CertificateLimitsResponse`: every enrollment counts, and every certificate that is active. */
export function certificateLimits(
  state: State,
  subject: SubjectIdentifier,
): { canRequest: boolean; enrollment: Limit; certificate: Limit } {
  const { enrollment, certificate } = subjectLimits(state, subject.value);
  const asked = enrollments(state)
    .values()
    .filter((each) => isOf(each, subject)).length;
  const active = certificatesOf(state, subject).filter(
    (each) => certificateStatus(state, each) === "Active",
  ).length;
  const limits = {
    enrollment: remaining(enrollment.maxEnrollments, asked),
    certificate: remaining(certificate.maxCertificates, active),
  };
  return { canRequest: Object.values(limits).every((each) => each.remaining > 0), ...limits };
}

function remaining(limit: number, used: number): Limit {
  return { limit, remaining: Math.max(0, limit - used) };
}
