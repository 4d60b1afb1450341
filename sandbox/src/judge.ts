import { createDecipheriv, createHash } from "node:crypto";
import { HubError, warsawDate } from "@ksef-hub/core";
import { inspectInvoice, schemaFaults, type InvoiceHeader } from "@ksef-hub/core/fa3";
import type { Session, State } from "./state.ts";
import { invoiceStatus, type InvoiceCode, type Status } from "./status.ts";
import { openXml } from "./xml.ts";

/** An invoice as it was posted, its encrypted content already checked against its size and hash. */
export interface Posted {
  content: Uint8Array;
  sha256: string;
  size: number;
}

/** KSeF's verdict; with status 200 also the document and what was read from it. */
export interface Judgement {
  status: Status;
  header?: InvoiceHeader;
  document?: Uint8Array;
}

/** Largest invoice an online session takes, in bytes. Source: ksef-docs, faktury/weryfikacja-faktury.md. */
const maxSize = 1_000_000;

/** Judges a posted invoice as KSeF does after it was taken in, step by step; the first fault decides. */
export function judge(state: State, session: Session, posted: Posted): Judgement {
  if (session.key === undefined) return fault(405);
  const document = decrypt(posted.content, session.key, session.initializationVector);
  if (document === undefined) return fault(435);

  if (document.length !== posted.size)
    return fault(430, `Rozmiar faktury ${document.length} nie zgadza się z zadeklarowanym ${posted.size}.`);
  if (createHash("sha256").update(document).digest("base64") !== posted.sha256)
    return fault(430, "Skrót faktury nie zgadza się z zadeklarowanym.");
  if (document.length > maxSize) return fault(430, `Rozmiar faktury przekracza ${maxSize} bajtów.`);

  const read = inspect(document, session);
  if ("status" in read) return read;
  const { header } = read;
  if (header.sellerNip !== session.nip)
    return fault(410, `NIP sprzedawcy ${header.sellerNip} jest inny niż NIP kontekstu ${session.nip}.`);
  if (hasAttachment(document)) return fault(415);
  const today = warsawDate(state.clock.now());
  if (header.issueDate > today)
    return fault(450, `Data wystawienia ${header.issueDate} jest późniejsza niż data przyjęcia ${today}.`);
  return duplicate(state, header) ?? { status: invoiceStatus(200), header, document };
}

/** What makes an invoice unique in all of KSeF. */
export function identity(header: InvoiceHeader): string {
  return JSON.stringify([header.sellerNip, header.kind, header.number]);
}

function decrypt(content: Uint8Array, key: string, initializationVector: string): Uint8Array | undefined {
  const cipher = createDecipheriv(
    "aes-256-cbc",
    Buffer.from(key, "base64"),
    Buffer.from(initializationVector, "base64"),
  );
  try {
    return Buffer.concat([cipher.update(content), cipher.final()]);
  } catch (error) {
    if (error instanceof Error && "code" in error && String(error.code).startsWith("ERR_OSSL"))
      return undefined;
    throw error;
  }
}

/** Rules for the file give 430, the schema of the session 450. */
function inspect(document: Uint8Array, session: Session): { header: InvoiceHeader } | Judgement {
  const { systemCode } = session.form;
  try {
    const header = inspectInvoice(document);
    if (header.form.systemCode !== systemCode)
      return fault(450, `Dokument jest fakturą ${header.form.systemCode}, a sesja przyjmuje ${systemCode}.`);
    const faults = schemaFaults(document, systemCode);
    return faults.length === 0 ? { header } : fault(450, ...faults.map(({ message }) => message));
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    if (error.code.startsWith("xml.")) return fault(430, error.message);
    if (error.code === "fa3.form") return fault(450, error.message);
    if (error.code === "fa3.schema")
      return fault(450, ...schemaFaults(document, systemCode).map(({ message }) => message));
    throw error;
  }
}

function hasAttachment(document: Uint8Array): boolean {
  using xml = openXml(document);
  return xml.get("/*/*[local-name()='Zalacznik']") !== null;
}

function duplicate(state: State, header: InvoiceHeader): Judgement | undefined {
  const original = state.invoices.get(state.byIdentity.get(identity(header)) ?? "");
  if (original?.accepted === undefined) return undefined;
  const { ksefNumber } = original.accepted;
  const session = original.sessionReferenceNumber;
  const detail = `Duplikat faktury. Faktura o numerze KSeF: ${ksefNumber} została już prawidłowo przesłana do systemu w sesji: ${session}`;
  return {
    status: invoiceStatus(440, [detail], {
      originalSessionReferenceNumber: session,
      originalKsefNumber: ksefNumber,
    }),
  };
}

const fault = (code: InvoiceCode, ...details: string[]): Judgement => ({
  status: invoiceStatus(code, details),
});
