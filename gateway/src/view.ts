import type { Explanation, ReplayOutcome, Submission } from "@ksef-hub/core";
import { sendingView, type Times } from "./offline/view.ts";

/** A submission as the API shows it. Instants are ISO 8601 in UTC; what the hub keeps to itself is left out. */
export function viewOf(submission: Submission, times: Times) {
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
    urgent: submission.urgent,
    ...sendingView(submission, times),
    receipt: receipt && { sha256: receipt.sha256, size: receipt.size },
    timeline: submission.timeline.map(({ at, since, ...event }) => ({
      at: iso(at),
      ...event,
      ...(since === undefined ? {} : { since: iso(since) }),
    })),
    links: { self, xml: `${self}/xml`, ...(receipt === undefined ? {} : { upo: `${self}/upo` }) },
  };
}

/** Why an invoice is where it is and what comes next, in both languages. */
export function explanationOf({ since, nextAt, ...told }: Explanation) {
  return { ...told, since: iso(since), ...(nextAt === undefined ? {} : { nextAt: iso(nextAt) }) };
}

/** All that has happened to an invoice, in both languages; what only exists in English stays English. */
export function timelineOf({ id, state, invoice, timeline }: Submission) {
  const events = timeline.map(({ at, since, message, messagePl = message, ...event }) => ({
    at: iso(at),
    ...(since === undefined ? {} : { since: iso(since) }),
    ...event,
    en: message,
    pl: messagePl,
  }));
  return { id, state, number: invoice.number, events };
}

/** A match of a mass replay, as it was found, and what came of it. */
export function matchOf({ id, state, invoice, problem }: Submission, outcome: ReplayOutcome) {
  return { id, number: invoice.number, kind: invoice.kind, state, code: problem?.code, outcome };
}

const iso = (at: number): string => new Date(at).toISOString();
