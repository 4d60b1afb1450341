import { documentOf } from "../fa3-document.ts";

/** Gives invoices of one line that differ in their number alone. */
export async function invoiceTemplate(): Promise<(index: number) => Uint8Array<ArrayBuffer>> {
  const [before, after] = new TextDecoder().decode((await documentOf(1)).xml).split("FV/1/02/2026");
  const encoder = new TextEncoder();
  return (index) => encoder.encode(`${before}FV/${index + 1}/02/2026${after}`);
}
