import type { Submission } from "@ksef-hub/core";

/** A submission as the API shows it. Instants are ISO 8601 in UTC; what the hub keeps to itself is left out. */
export function viewOf(submission: Submission) {
  const { id, state, idempotencyKey, invoice, ksef, session, status, problem, receipt, source, document } =
    submission;
  const self = `/v1/invoices/${id}`;
  return {
    id,
    state,
    idempotencyKey,
    createdAt: iso(submission.createdAt),
    updatedAt: iso(submission.updatedAt),
    invoice,
    source: { mediaType: source.mediaType, sha256: source.sha256, size: source.size },
    document: { sha256: document.sha256, size: document.size },
    ksefNumber: ksef?.number,
    acceptedAt: ksef?.acceptedAt,
    session,
    status,
    problem,
    warnings: submission.warnings,
    receipt: receipt && { sha256: receipt.sha256, size: receipt.size },
    timeline: submission.timeline.map(({ at, since, ...event }) => ({
      at: iso(at),
      ...event,
      ...(since === undefined ? {} : { since: iso(since) }),
    })),
    links: { self, xml: `${self}/xml`, ...(receipt === undefined ? {} : { upo: `${self}/upo` }) },
  };
}

const iso = (at: number): string => new Date(at).toISOString();
