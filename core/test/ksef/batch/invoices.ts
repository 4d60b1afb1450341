import { namedByHash, type BatchDocument } from "../../../src/ksef/batch/archive.ts";
import { sampleInvoice } from "../../../testing/index.ts";

/** So many invoices, the same each time. */
export const invoices = (count: number, prefix = "FV"): BatchDocument[] =>
  Array.from({ length: count }, (_, index) =>
    namedByHash(sampleInvoice({ number: `${prefix}/${index + 1}`, item: `Usługa ${index + 1}` })),
  );

/** The same as they come from an archive, one after another. */
export async function* stream(documents: BatchDocument[]): AsyncGenerator<BatchDocument> {
  yield* documents;
}
