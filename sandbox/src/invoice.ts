import { warsawDate } from "@ksef-hub/core";
import type { InvoiceHeader } from "@ksef-hub/core/fa3";
import { rememberForCorrections } from "./correction.ts";
import { withInvoiceFaults } from "./faults/on-invoice.ts";
import { isoTime } from "./iso.ts";
import type { Judgement } from "./judge.ts";
import { duplicate, identity } from "./judge/duplicate.ts";
import { downloadLink } from "./link.ts";
import { ksefNumber, referenceNumber } from "./number.ts";
import type { Accepted, Invoice, Session, State } from "./state.ts";
import { invoiceStatus, type Status } from "./status.ts";
import { documentsPerPage } from "./upo.ts";

/** An invoice that was judged, as far as that can be done without looking at what was accepted before it. */
export type Taken = Pick<Invoice, "sha256" | "postedAt" | "processingAt" | "finalAt"> & {
  judgement: Judgement;
  offlineMode: boolean;
  fileName?: string;
  correctedSha256?: string | undefined;
};

/** Adds an invoice to its session with its last verdict. Whoever calls it sees to it that the writes stay together. */
export function takeInvoice(state: State, session: Session, taken: Taken): Invoice {
  const faulty = withInvoiceFaults(state, session, taken);
  const { judgement, sha256, postedAt, processingAt, finalAt, fileName, correctedSha256 } = faulty;
  const { header, document, content } = judgement;
  const repeated = document && header && duplicate(state, header, postedAt);
  const accepted =
    document && header && repeated === undefined ? acceptance(state, header, postedAt) : undefined;
  const earlier = state.invoicesOf(session.referenceNumber);
  // Source: ksef-docs, offline/automatyczne-okreslanie-trybu-offline.md.
  const isLate = header !== undefined && header.issueDate < warsawDate(postedAt);
  const invoice: Invoice = {
    referenceNumber: referenceNumber("EE", postedAt),
    sessionReferenceNumber: session.referenceNumber,
    ordinal: earlier.length + 1,
    sha256,
    ...(header && { number: header.number }),
    ...(fileName !== undefined && { fileName }),
    mode: taken.offlineMode || isLate ? "Offline" : "Online",
    postedAt,
    processingAt,
    finalAt,
    storedAt: finalAt + faulty.storageMs,
    verdict: repeated ?? judgement.status,
    ...(correctedSha256 !== undefined && { correctedSha256 }),
    ...(accepted && { accepted }),
  };
  state.invoices.set(invoice.referenceNumber, invoice);
  rememberForCorrections(state, session, invoice);
  if (accepted && header && document && content) {
    state.byKsefNumber.set(accepted.ksefNumber, invoice.referenceNumber);
    state.byIdentity.set(identity(header), invoice.referenceNumber);
    state.contents.set(accepted.ksefNumber, content);
    state.documents.set(accepted.ksefNumber, Buffer.from(document).toString("base64"));
  }
  earlier.push(invoice);
  growUpo(state, invoice);
  return invoice;
}

/** `SessionInvoiceStatusResponse`: the invoice as it can be seen now. */
export function invoiceView(state: State, invoice: Invoice): Record<string, unknown> {
  const status = visibleStatus(state, invoice);
  const { accepted } = invoice;
  return {
    ordinalNumber: invoice.ordinal,
    referenceNumber: invoice.referenceNumber,
    invoiceHash: invoice.sha256,
    ...(invoice.fileName !== undefined && { invoiceFileName: invoice.fileName }),
    invoicingDate: isoTime(invoice.postedAt),
    ...(status.code >= 200 && invoice.number !== undefined && { invoiceNumber: invoice.number }),
    ...(status.code === 200 && accepted !== undefined && acceptedView(state, invoice, accepted)),
    status,
  };
}

/** 100, then 150, then the verdict. */
export function visibleStatus(state: State, invoice: Invoice): Status {
  const now = state.clock.now();
  if (now < invoice.processingAt) return invoiceStatus(100);
  return now < invoice.finalAt ? invoiceStatus(150) : invoice.verdict;
}

function acceptance(state: State, header: InvoiceHeader, at: number): Accepted {
  const { sellerNip, kind, number, issueDate } = header;
  let assigned = ksefNumber(sellerNip, at);
  while (state.byKsefNumber.get(assigned) !== undefined) assigned = ksefNumber(sellerNip, at);
  return { ksefNumber: assigned, sellerNip, kind, number, issueDate };
}

/** Gives the session the reference number of one more page of its UPO before it can be needed. */
function growUpo(state: State, { ordinal, sessionReferenceNumber, postedAt }: Invoice): void {
  if (ordinal % documentsPerPage !== 1 || ordinal === 1) return;
  const session = state.sessions.get(sessionReferenceNumber)!;
  const upoReferenceNumbers = [...session.upoReferenceNumbers, referenceNumber("EU", postedAt)];
  state.sessions.set(sessionReferenceNumber, { ...session, upoReferenceNumbers });
}

function acceptedView(state: State, invoice: Invoice, accepted: Accepted): Record<string, unknown> {
  const link = downloadLink(state, `invoice-upo/${invoice.referenceNumber}`);
  return {
    ksefNumber: accepted.ksefNumber,
    acquisitionDate: isoTime(invoice.finalAt),
    ...(invoice.storedAt <= state.clock.now() && { permanentStorageDate: isoTime(invoice.storedAt) }),
    upoDownloadUrl: link.url,
    upoDownloadUrlExpirationDate: isoTime(link.expiresAt),
    invoicingMode: invoice.mode,
  };
}
