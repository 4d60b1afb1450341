import { warsawDate } from "@ksef-hub/core";
import type { InvoiceHeader } from "@ksef-hub/core/fa3";
import type { State } from "../state.ts";
import { invoiceStatus, type Status } from "../status.ts";

/** 440 with the accepted invoice of the same identity, for ten full years after the year that one was issued in. */
export function duplicate(state: State, header: InvoiceHeader, takenAt: number): Status | undefined {
  const original = state.invoices.get(state.byIdentity.get(identity(header)) ?? "");
  if (original?.accepted === undefined) return undefined;
  const { ksefNumber, issueDate } = original.accepted;
  if (year(warsawDate(takenAt)) > year(issueDate) + 10) return undefined;
  const session = original.sessionReferenceNumber;
  const detail = `Duplikat faktury. Faktura o numerze KSeF: ${ksefNumber} została już prawidłowo przesłana do systemu w sesji: ${session}`;
  return invoiceStatus(440, [detail], {
    originalSessionReferenceNumber: session,
    originalKsefNumber: ksefNumber,
  });
}

/** What makes an invoice unique in all of KSeF. Source: ksef-docs, faktury/weryfikacja-faktury.md. */
export function identity({ sellerNip, kind, number }: InvoiceHeader): string {
  return JSON.stringify([sellerNip, kind, number]);
}

const year = (date: string): number => Number(date.slice(0, 4));
