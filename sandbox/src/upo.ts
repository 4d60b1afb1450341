import { isInvoiceUpoLate, isUpoLate } from "./faults/on-invoice.ts";
import { isoTime, warsawTime } from "./iso.ts";
import { downloadLink } from "./link.ts";
import { sessionNow, visibleSessionStatus } from "./session.ts";
import { signDocument } from "./signature/xades-signer.ts";
import type { Accepted, Invoice, Session, State } from "./state.ts";
import { escapeXml } from "./xml.ts";

/** Source: ksef-docs, faktury/sesje/sesja-sprawdzenie-stanu-i-pobranie-upo.md. */
export const documentsPerPage = 10_000;

/**
 * The UPO of one accepted invoice, signed with the Ministry's seal, always the same bytes for the same invoice. Without
 * its signature, for which schema v4-3 has no place, it is valid by that schema. Undefined while there is none.
 */
export function invoiceUpo(state: State, invoice: Invoice | undefined): Buffer<ArrayBuffer> | undefined {
  if (invoice?.accepted === undefined || invoice.finalAt > state.clock.now()) return undefined;
  if (isInvoiceUpoLate(state, invoice)) return undefined;
  const session = state.sessions.get(invoice.sessionReferenceNumber)!;
  return signDocument(
    state.seal,
    confirmation(session, "", document(invoice, invoice.accepted)),
    invoice.finalAt,
  );
}

/** One page of the collective UPO of a session. Undefined while there is none, or when there is no such page. */
export function sessionUpo(
  state: State,
  session: Session,
  upoReferenceNumber: string,
): Buffer<ArrayBuffer> | undefined {
  const pages = acceptedPages(state, session);
  const index = session.upoReferenceNumbers.indexOf(upoReferenceNumber);
  const invoices = pages[index];
  if (invoices === undefined) return undefined;
  const first = index * documentsPerPage + 1;
  const page = [
    "<OpisPotwierdzenia>",
    element("Strona", String(index + 1)),
    element("LiczbaStron", String(pages.length)),
    element("ZakresDokumentowOd", String(first)),
    // The schema calls this end exclusive; the official example gives the last document, and so do we.
    element("ZakresDokumentowDo", String(first + invoices.length - 1)),
    element("CalkowitaLiczbaDokumentow", String(pages.flat().length)),
    "</OpisPotwierdzenia>",
  ].join("");
  const documents = invoices.map(({ invoice, accepted }) => document(invoice, accepted)).join("");
  const { updatedAt } = sessionNow(state, session);
  return signDocument(state.seal, confirmation(session, page, documents), updatedAt);
}

/** `upo` of SessionStatusResponse, when there is one. */
export function upoPages(state: State, session: Session): { pages: Record<string, string>[] } | undefined {
  const count = acceptedPages(state, session).length;
  if (count === 0) return undefined;
  const pages = session.upoReferenceNumbers.slice(0, count).map((referenceNumber) => {
    const link = downloadLink(state, `session-upo/${session.referenceNumber}/${referenceNumber}`);
    return {
      referenceNumber,
      downloadUrl: link.url,
      downloadUrlExpirationDate: isoTime(link.expiresAt),
    };
  });
  return { pages };
}

/** The accepted invoices of a session that was processed, in pages of the collective UPO. */
function acceptedPages(state: State, session: Session): { invoice: Invoice; accepted: Accepted }[][] {
  if (visibleSessionStatus(state, session).code !== 200 || isUpoLate(state, session)) return [];
  const all = state
    .invoicesOf(session.referenceNumber)
    .flatMap((invoice) => (invoice.accepted ? [{ invoice, accepted: invoice.accepted }] : []));
  const count = Math.ceil(all.length / documentsPerPage);
  return Array.from({ length: count }, (_, index) =>
    all.slice(index * documentsPerPage, (index + 1) * documentsPerPage),
  );
}

function confirmation(session: Session, page: string, documents: string): string {
  const proof =
    "tokenReferenceNumber" in session.proof
      ? element("NumerReferencyjnyTokenaKSeF", session.proof.tokenReferenceNumber)
      : element("SkrotDokumentuUwierzytelniajacego", session.proof.documentSha256);
  const context = element(contextElements[session.context.type], session.context.value);
  const { systemCode, schemaVersion } = session.form;
  return [
    '<?xml version="1.0" encoding="utf-8"?>\n',
    '<Potwierdzenie xmlns="http://upo.schematy.mf.gov.pl/KSeF/v4-3">',
    element("NazwaPodmiotuPrzyjmujacego", "Ministerstwo Finansów"),
    element("NumerReferencyjnySesji", session.referenceNumber),
    `<Uwierzytelnienie><IdKontekstu>${context}</IdKontekstu>${proof}</Uwierzytelnienie>`,
    page,
    element("NazwaStrukturyLogicznej", `Schemat_${systemCode.replace(" ", "")}_v${schemaVersion}.xsd`),
    element("KodFormularza", systemCode),
    documents,
    "</Potwierdzenie>",
  ].join("");
}

function document(invoice: Invoice, accepted: Accepted): string {
  return [
    "<Dokument>",
    element("NipSprzedawcy", accepted.sellerNip),
    element("NumerKSeFDokumentu", accepted.ksefNumber),
    element("NumerFaktury", accepted.number),
    element("DataWystawieniaFaktury", accepted.issueDate),
    element("DataPrzeslaniaDokumentu", warsawTime(invoice.postedAt)),
    element("DataNadaniaNumeruKSeF", warsawTime(invoice.finalAt)),
    element("SkrotDokumentu", invoice.sha256),
    element("TrybWysylki", invoice.mode),
    "</Dokument>",
  ].join("");
}

const contextElements: Record<Session["context"]["type"], string> = {
  Nip: "Nip",
  InternalId: "IdWewnetrzny",
  NipVatUe: "IdZlozonyVatUE",
  PeppolId: "IdDostawcyUslugPeppol",
};

const element = (name: string, text: string): string => `<${name}>${escapeXml(text)}</${name}>`;
