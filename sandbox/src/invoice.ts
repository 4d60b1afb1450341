import { warsawDate } from "@ksef-hub/core";
import { isoTime } from "./iso.ts";
import { identity, judge, type Judgement, type Posted } from "./judge.ts";
import { downloadLink } from "./link.ts";
import { ksefNumber, referenceNumber } from "./number.ts";
import { Refusal } from "./refusal.ts";
import { visibleSessionStatus } from "./session.ts";
import type { Accepted, Invoice, Session, State } from "./state.ts";
import { invoiceStatus, type Status } from "./status.ts";

const maxInvoices = 10_000;

/** Takes an invoice into an open session and judges it at once; the clock decides when the verdict shows. */
export function receiveInvoice(
  state: State,
  session: Session,
  posted: Posted & { offlineMode: boolean; correctedSha256?: string | undefined },
): Invoice {
  const { code } = visibleSessionStatus(state, session);
  if (code !== 100) throw new Refusal(21180, `Status sesji ${code} uniemożliwia wysyłkę faktur.`);
  const earlier = state.invoicesOf(session.referenceNumber);
  if (earlier.length >= maxInvoices) {
    const limit = `osiągnęła dozwolony limit liczby faktur ${maxInvoices}`;
    throw new Refusal(21155, `Sesja o numerze referencyjnym ${session.referenceNumber} ${limit}.`);
  }
  if (posted.correctedSha256 !== undefined) checkCorrection(state, session, posted.correctedSha256);

  const judgement = judge(state, session, posted);
  const postedAt = state.clock.now();
  const { acceptedMs, processingMs, storageMs } = state.processing;
  const processingAt = postedAt + acceptedMs;
  const finalAt = processingAt + processingMs;
  const accepted = acceptance(state, judgement, postedAt);
  const late = accepted !== undefined && accepted.issueDate < warsawDate(postedAt);
  const invoice: Invoice = {
    referenceNumber: referenceNumber("EE", postedAt),
    sessionReferenceNumber: session.referenceNumber,
    ordinal: earlier.length + 1,
    sha256: posted.sha256,
    mode: posted.offlineMode || late ? "Offline" : "Online",
    postedAt,
    processingAt,
    finalAt,
    storedAt: finalAt + storageMs,
    verdict: judgement.status,
    ...(posted.correctedSha256 !== undefined && { correctedSha256: posted.correctedSha256 }),
    ...(accepted && { accepted }),
  };
  state.store.atomically(() => record(state, invoice, judgement));
  earlier.push(invoice);
  return invoice;
}

/** `SessionInvoiceStatusResponse`: the invoice as it can be seen now. */
export function invoiceView(state: State, invoice: Invoice): Record<string, unknown> {
  const status = visibleStatus(state, invoice);
  const { accepted } = invoice;
  const link = downloadLink(state, `invoice-upo/${invoice.referenceNumber}`);
  const result = status.code === 200 &&
    accepted !== undefined && {
      invoiceNumber: accepted.number,
      ksefNumber: accepted.ksefNumber,
      acquisitionDate: isoTime(invoice.finalAt),
      ...(invoice.storedAt <= state.clock.now() && { permanentStorageDate: isoTime(invoice.storedAt) }),
      upoDownloadUrl: link.url,
      upoDownloadUrlExpirationDate: isoTime(link.expiresAt),
      invoicingMode: invoice.mode,
    };
  return {
    ordinalNumber: invoice.ordinal,
    referenceNumber: invoice.referenceNumber,
    invoiceHash: invoice.sha256,
    invoicingDate: isoTime(invoice.postedAt),
    ...result,
    status,
  };
}

/** 100, then 150, then the verdict. */
export function visibleStatus(state: State, invoice: Invoice): Status {
  const now = state.clock.now();
  if (now < invoice.processingAt) return invoiceStatus(100);
  return now < invoice.finalAt ? invoiceStatus(150) : invoice.verdict;
}

function acceptance(state: State, { header }: Judgement, at: number): Accepted | undefined {
  if (header === undefined) return undefined;
  const { sellerNip, kind, number, issueDate } = header;
  let assigned = ksefNumber(sellerNip, at);
  while (state.byKsefNumber.get(assigned) !== undefined) assigned = ksefNumber(sellerNip, at);
  return { ksefNumber: assigned, sellerNip, kind, number, issueDate };
}

function record(state: State, invoice: Invoice, { header, document }: Judgement): void {
  state.invoices.set(invoice.referenceNumber, invoice);
  if (invoice.accepted === undefined || header === undefined || document === undefined) return;
  state.byKsefNumber.set(invoice.accepted.ksefNumber, invoice.referenceNumber);
  state.byIdentity.set(identity(header), invoice.referenceNumber);
  state.documents.set(invoice.accepted.ksefNumber, Buffer.from(document).toString("base64"));
}

/** A technical correction replaces an invoice KSeF did not accept, once. Source: ksef-docs, offline/korekta-techniczna.md. */
function checkCorrection(state: State, session: Session, correctedSha256: string): void {
  const accepted = state.invoices.values().filter(({ accepted: of }) => of?.sellerNip === session.nip);
  if (accepted.some(({ sha256 }) => sha256 === correctedSha256))
    throw new Refusal(21167, "Nie można wysłać korekty technicznej do prawidłowo przetworzonej faktury.");
  if (accepted.some((invoice) => invoice.correctedSha256 === correctedSha256))
    throw new Refusal(21166, "Faktura posiada już przetworzoną prawidłowo korektę techniczną.");
}
