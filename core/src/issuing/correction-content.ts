import type { Engine } from "../engine.ts";
import { HubError } from "../error.ts";
import type { Submission } from "../submission.ts";
import { differences } from "./same-content.ts";

/**
 * Throws `correction.content` with a fault for each thing a technical correction changes and must not, and
 * `correction.refused` for a document KSeF takes in a batch only. Of a duplicate the number may change: it is what KSeF
 * refused.
 */
export async function requireSameInvoice(
  { archive }: Pick<Engine, "archive">,
  { document, problem }: Submission,
  corrected: { xml: Uint8Array; attachment: boolean },
): Promise<void> {
  if (corrected.attachment)
    throw new HubError(
      "correction.refused",
      "KSeF takes technical corrections in online sessions only, and invoices with an attachment in batches only.",
    );
  const original = await archive.get(document.key);
  if (original === undefined) throw new HubError("archive.missing", `The archive has no ${document.key}.`);
  const isDuplicate = problem?.upstream?.code === 440;
  const faults = differences(original, corrected.xml, isDuplicate ? ["Fa/P_2"] : []);
  if (faults.length === 0) return;
  const message = faults.map(({ message: fault }) => fault).join(" ");
  throw new HubError("correction.content", message, { faults });
}
