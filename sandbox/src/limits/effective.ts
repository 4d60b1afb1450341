import { nipPattern } from "../nip.ts";
import type { State } from "../state.ts";

/** Sizes in MB of 1,000,000 bytes, and invoices in one session. */
export interface SessionLimits {
  maxInvoiceSizeInMB: number;
  maxInvoiceWithAttachmentSizeInMB: number;
  maxInvoices: number;
}

/** `EffectiveContextLimits`. */
export interface ContextLimits {
  onlineSession: SessionLimits;
  batchSession: SessionLimits;
}

/** `EffectiveSubjectLimits`. */
export interface SubjectLimits {
  enrollment: { maxEnrollments: number };
  certificate: { maxCertificates: number };
}

/** What a session may hold in the contexts of this NIP. Source: ksef-docs, limity/limity.md. */
export function contextLimits(state: State, nip: string): ContextLimits {
  return contextOverrides(state).get(nip) ?? { onlineSession: sessionDefault, batchSession: sessionDefault };
}

/** How many KSeF certificates a subject may ask for and hold, by NIP, PESEL or fingerprint. Source: ksef-docs, limity/limity.md. */
export function subjectLimits(state: State, subject: string): SubjectLimits {
  const [enrollments, certificates] = nipPattern.test(subject) ? [300, 100] : [12, 6];
  const override = subjectOverrides(state).get(subject);
  return {
    enrollment: { maxEnrollments: override?.maxEnrollments ?? enrollments },
    certificate: { maxCertificates: override?.maxCertificates ?? certificates },
  };
}

/** Limits set for tests, by NIP of the context. */
export const contextOverrides = (state: State) =>
  state.store.collection<ContextLimits>("context-limits-override");

/** Limits set for tests, by identifier of the subject. */
export const subjectOverrides = (state: State) =>
  state.store.collection<{ maxEnrollments?: number; maxCertificates?: number }>("subject-limits-override");

const sessionDefault: SessionLimits = {
  maxInvoiceSizeInMB: 1,
  maxInvoiceWithAttachmentSizeInMB: 3,
  maxInvoices: 10_000,
};
