import type { Invoice } from "../model.ts";
import { incomplete } from "./codec.ts";
import { invoice as codec } from "./mapping/invoice.ts";

/**
 * The invoice as an FA(3) document. Nothing is computed here: throws `fa3.incomplete` with the model path of each field
 * that the schema demands and that nobody has filled.
 */
export function toFa3(invoice: Invoice): string {
  const gaps: string[] = [];
  const content = codec.write(invoice, gaps);
  if (gaps.length > 0) throw incomplete(gaps);
  return `${start}${content}</Faktura>\n`;
}

const start =
  '<?xml version="1.0" encoding="UTF-8"?>\n<Faktura xmlns="http://crd.gov.pl/wzor/2025/06/25/13775/">\n';
