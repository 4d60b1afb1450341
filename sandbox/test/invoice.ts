import { sampleInvoiceXml, type SampleInvoice } from "@ksef-hub/core/testing";

let counter = 0;

/** A small valid FA(3) invoice. Every call gives a new number unless one is asked for. */
export function invoiceXml(parts: SampleInvoice = {}): string {
  counter += 1;
  return sampleInvoiceXml({ number: `FV/${counter}/2026`, issueDate: "2026-03-02", ...parts });
}
