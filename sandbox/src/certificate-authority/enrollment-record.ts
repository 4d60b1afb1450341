import { isoTime } from "../iso.ts";
import { Gone, Refusal } from "../refusal.ts";
import type { State, SubjectIdentifier } from "../state.ts";
import type { Status } from "../status.ts";
import { isOf } from "./certificate-record.ts";

/** A request for a certificate, judged when it came; the clock decides when the verdict shows. */
export interface Enrollment {
  referenceNumber: string;
  subject: SubjectIdentifier;
  requestedAt: number;
  finalAt: number;
  verdict: Status;
  serialNumber?: string;
}

/** Every enrollment by its reference number. */
export const enrollments = (state: State) => state.store.collection<Enrollment>("certificate-enrollment");

/**
 * `CertificateEnrollmentStatusResponse` of this subject's enrollment. Throws 25005 when there is none; it can be asked
 * for 30 days. Source: ksef-docs, api-changelog.md.
 */
export function enrollmentView(
  state: State,
  subject: SubjectIdentifier,
  reference: string,
): Record<string, unknown> {
  const found = enrollments(state).get(reference);
  if (found === undefined || !isOf(found, subject)) throw new Refusal(25005);
  const now = state.clock.now();
  if (now > found.requestedAt + retention) throw new Gone();
  const requestDate = isoTime(found.requestedAt);
  if (now < found.finalAt)
    return { requestDate, status: { code: 100, description: "Wniosek przyjęty do realizacji" } };
  return { requestDate, status: found.verdict, certificateSerialNumber: found.serialNumber };
}

const retention = 30 * 24 * 3600_000;
