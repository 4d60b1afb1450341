import { createHash, randomBytes } from "node:crypto";
import { HubError } from "@ksef-hub/core";
import { forms, inspectInvoice, type Form } from "@ksef-hub/core/fa3";
import { InvalidInput } from "../admin/invalid-input.ts";
import { takeInvoice } from "../invoice.ts";
import { judge } from "../judge.ts";
import { duplicate } from "../judge/duplicate.ts";
import { referenceNumber } from "../number.ts";
import type { Session, State } from "../state.ts";
import type { Status } from "../status.ts";

/**
 * Accepts an invoice as if its seller had sent it alone in an online session, now closed. Throws InvalidInput with
 * KSeF's verdict when it is refused, and then nothing is kept of it.
 */
export function deliverInvoice(
  state: State,
  xml: Uint8Array,
): { ksefNumber: string; referenceNumber: string } {
  const now = state.clock.now();
  const sha256 = createHash("sha256").update(xml).digest("base64");
  const session = sessionOf(state, sellerOf(xml), sha256);
  const judgement = judge(state, session, xml, { takenAt: now, isCorrection: false });
  if (judgement.status.code !== 200) refuse(judgement.status);
  const repeated = judgement.header && duplicate(state, judgement.header, now);
  if (repeated !== undefined) refuse(repeated);

  const processingAt = now + state.processing.acceptedMs;
  const finalAt = processingAt + state.processing.processingMs;
  const invoice = state.store.atomically(() => {
    state.sessions.set(session.referenceNumber, session);
    state.posts.set(sha256, (state.posts.get(sha256) ?? 0) + 1);
    return takeInvoice(state, session, {
      judgement,
      sha256,
      offlineMode: false,
      postedAt: now,
      processingAt,
      finalAt,
    });
  });
  // A fault of the sandbox may still have struck it.
  if (invoice.accepted === undefined) refuse(invoice.verdict);
  return { ksefNumber: invoice.accepted.ksefNumber, referenceNumber: invoice.referenceNumber };
}

/** Nobody in particular when it cannot be read: the judge will say why. */
function sellerOf(xml: Uint8Array): { sellerNip: string; form: Form } {
  try {
    return inspectInvoice(xml);
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    return { sellerNip: "", form: Object.values(forms)[0]!.form };
  }
}

function sessionOf(
  state: State,
  { sellerNip, form }: { sellerNip: string; form: Form },
  documentSha256: string,
): Session {
  const now = state.clock.now();
  const seller = { type: "Nip", value: sellerNip } as const;
  return {
    referenceNumber: referenceNumber("SO", now),
    sequence: state.sessions.size + 1,
    context: seller,
    nip: sellerNip,
    subject: seller,
    proof: { documentSha256 },
    form,
    key: randomBytes(32).toString("base64"),
    initializationVector: randomBytes(16).toString("base64"),
    openedAt: now,
    validUntil: now,
    closedAt: now,
    upoReferenceNumbers: [referenceNumber("EU", now)],
  };
}

function refuse({ code, description, details = [] }: Status): never {
  throw new InvalidInput(`KSeF would refuse the invoice: ${code} ${description}`, details);
}
