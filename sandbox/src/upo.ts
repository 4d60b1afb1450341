import { isoTime, warsawTime } from "./iso.ts";
import { downloadLink } from "./link.ts";
import { visibleSessionStatus } from "./session.ts";
import type { Accepted, Invoice, Session, State } from "./state.ts";
import { escapeXml } from "./xml.ts";

/**
 * The UPO of one accepted invoice by schema v4-3, always the same bytes for the same invoice. It is not signed; the
 * official examples are not either. Undefined while there is none.
 */
export function invoiceUpo(state: State, invoice: Invoice | undefined): Buffer<ArrayBuffer> | undefined {
  if (invoice?.accepted === undefined || invoice.finalAt > state.clock.now()) return undefined;
  const session = state.sessions.get(invoice.sessionReferenceNumber)!;
  return Buffer.from(confirmation(session, "", document(invoice, invoice.accepted)));
}

/** The collective UPO of a session, in one page (a session has at most 10,000 invoices). Undefined while there is none. */
export function sessionUpo(state: State, session: Session): Buffer<ArrayBuffer> | undefined {
  if (visibleSessionStatus(state, session).code !== 200) return undefined;
  const documents = state
    .invoicesOf(session.referenceNumber)
    .flatMap((invoice) => (invoice.accepted ? [document(invoice, invoice.accepted)] : []));
  const count = String(documents.length);
  const page = [
    "<OpisPotwierdzenia>",
    element("Strona", "1"),
    element("LiczbaStron", "1"),
    element("ZakresDokumentowOd", "1"),
    // The schema calls this end exclusive; the official example gives the last document, and so do we.
    element("ZakresDokumentowDo", count),
    element("CalkowitaLiczbaDokumentow", count),
    "</OpisPotwierdzenia>",
  ].join("");
  return Buffer.from(confirmation(session, page, documents.join("")));
}

/** `upo` of SessionStatusResponse, when there is one. */
export function upoPages(state: State, session: Session): { pages: Record<string, string>[] } | undefined {
  if (visibleSessionStatus(state, session).code !== 200) return undefined;
  const reference = session.upoReferenceNumber;
  const link = downloadLink(state, `session-upo/${session.referenceNumber}/${reference}`);
  const downloadUrlExpirationDate = isoTime(link.expiresAt);
  return { pages: [{ referenceNumber: reference, downloadUrl: link.url, downloadUrlExpirationDate }] };
}

function confirmation(session: Session, page: string, documents: string): string {
  const proof =
    "tokenReferenceNumber" in session.proof
      ? element("NumerReferencyjnyTokenaKSeF", session.proof.tokenReferenceNumber)
      : element("SkrotDokumentuUwierzytelniajacego", session.proof.documentSha256);
  const { systemCode, schemaVersion } = session.form;
  return [
    '<?xml version="1.0" encoding="utf-8"?>\n',
    '<Potwierdzenie xmlns="http://upo.schematy.mf.gov.pl/KSeF/v4-3">',
    element("NazwaPodmiotuPrzyjmujacego", "Ministerstwo Finansów"),
    element("NumerReferencyjnySesji", session.referenceNumber),
    `<Uwierzytelnienie><IdKontekstu>${element("Nip", session.nip)}</IdKontekstu>${proof}</Uwierzytelnienie>`,
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

const element = (name: string, text: string): string => `<${name}>${escapeXml(text)}</${name}>`;
