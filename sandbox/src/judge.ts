import { warsawDate } from "@ksef-hub/core";
import { isNip, textAt, type InvoiceHeader, type XmlElement } from "@ksef-hub/core/fa3";
import { attachmentConsent } from "./attachment-consent.ts";
import { contentOf, type InvoiceContent } from "./invoices/content.ts";
import { mayIssue } from "./judge/issuer.ts";
import { readDocument } from "./judge/read.ts";
import { contextLimits } from "./limits/effective.ts";
import type { Session, State } from "./state.ts";
import { invoiceStatus, type InvoiceCode, type Status } from "./status.ts";

/** KSeF's verdict. The header is there whenever it could be read; with status 200 so is the document and what it says. */
export interface Judgement {
  status: Status;
  header?: InvoiceHeader;
  document?: Uint8Array;
  content?: InvoiceContent;
}

/**
 * Judges a document in plain text as KSeF does, step by step; the first fault decides. Only duplicates are left out:
 * they depend on what is accepted before it. Source: ksef-docs, faktury/weryfikacja-faktury.md.
 */
export function judge(
  state: State,
  session: Session,
  document: Uint8Array,
  { takenAt, isCorrection }: { takenAt: number; isCorrection: boolean },
): Judgement {
  const limits = sizeLimits(state, session);
  if (document.length > limits.withAttachment) return tooLarge(limits.withAttachment);
  const read = readDocument(document, session.form);
  if ("code" in read) return { status: read };
  const { root, header } = read;
  const hasAttachment = root.children.some(({ name }) => name === "Zalacznik");
  if (document.length > limits.plain && !hasAttachment) return tooLarge(limits.plain);

  const against = (code: InvoiceCode, ...details: string[]): Judgement => ({
    status: invoiceStatus(code, details),
    header,
  });
  if (!mayIssue(state, session, root, header)) return against(410, "Brak uprawnienia fakturowego");
  if (hasAttachment && session.batch === undefined && !isCorrection) return against(415);
  if (hasAttachment && !attachmentConsent(state, header.sellerNip)) {
    const who = `Sprzedawca ${header.sellerNip}`;
    return against(410, `${who} nie posiada zgody do wysyłania faktur z załącznikami`);
  }
  const day = warsawDate(takenAt);
  if (header.issueDate > day)
    return against(450, `Data wystawienia ${header.issueDate} jest późniejsza niż data przyjęcia ${day}.`);
  const wrong = state.behaviour.profile === "production" ? nips(root).find((nip) => !isNip(nip)) : undefined;
  if (wrong !== undefined) return against(450, `Nieprawidłowa suma kontrolna numeru NIP ${wrong}.`);
  return { status: invoiceStatus(200), header, document, content: contentOf(root) };
}

export function tooLarge(limit: number): Judgement {
  return { status: invoiceStatus(430, [`Rozmiar faktury przekracza ${limit} bajtów.`]) };
}

/** Largest documents this session takes, in bytes. */
export function sizeLimits(state: State, session: Session): { plain: number; withAttachment: number } {
  const { onlineSession, batchSession } = contextLimits(state, session.nip);
  const limits = session.batch === undefined ? onlineSession : batchSession;
  return {
    plain: limits.maxInvoiceSizeInMB * 1_000_000,
    withAttachment: limits.maxInvoiceWithAttachmentSizeInMB * 1_000_000,
  };
}

/** Every NIP whose check digit production judges; of an internal identifier the ten digits that are a NIP. */
function nips(root: XmlElement): string[] {
  return root.children
    .filter(({ name }) => parties.includes(name))
    .flatMap((party) => [
      textAt(party, "DaneIdentyfikacyjne/NIP"),
      textAt(party, "DaneIdentyfikacyjne/IDWew")?.slice(0, 10),
    ])
    .filter((nip) => nip !== undefined);
}

const parties = ["Podmiot1", "Podmiot2", "Podmiot3", "PodmiotUpowazniony"];
