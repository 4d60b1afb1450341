import { createHash } from "node:crypto";
import type { Engine } from "./engine.ts";
import { HubError } from "./error.ts";
import { checkInvoice } from "./fa3/inspect.ts";
import { sha256 } from "./ksef/encryption.ts";
import { submissionId, type Submission } from "./submission.ts";

/** The most KSeF takes for an invoice without an attachment, in bytes. */
export const largestInvoice = 1_000_000;

/** An FA(3) document handed in by its issuer. */
export interface Intake {
  tenant: string;
  /** 1 to 255 printable ASCII characters: whoever repeats it means the same invoice. */
  idempotencyKey: string;
  xml: Uint8Array;
}

/**
 * Takes an invoice in. When it resolves, the document and the submission are durable and the bell has rung.
 * The same key with the same document answers with the submission there is; with another document it is
 * `request.idempotency-conflict`. A document that KSeF would refuse is refused here, with its faults.
 */
export async function submit(engine: Engine, { tenant, idempotencyKey, xml }: Intake): Promise<Submission> {
  if (!/^[\x21-\x7e]{1,255}$/.test(idempotencyKey))
    throw new HubError(
      "request.idempotency-key",
      "Send Idempotency-Key: 1 to 255 printable ASCII characters, no space.",
    );
  if (xml.byteLength > largestInvoice)
    throw new HubError("request.too-large", `${xml.byteLength} bytes; KSeF takes at most ${largestInvoice}.`);
  const id = submissionId(tenant, idempotencyKey);
  const hash = sha256(xml);
  const earlier = await engine.submissions.get({ tenant, id });
  if (earlier !== undefined) return sameDocument(earlier.value, hash);

  const { form: _, ...invoice } = checkInvoice(xml);
  // The hash in the key lets two documents race for one idempotency key without meeting in the archive.
  const hex = createHash("sha256").update(xml).digest("hex");
  const document = {
    key: `${tenant}/${id}/invoice-${hex.slice(0, 16)}.xml`,
    sha256: hash,
    size: xml.byteLength,
  };
  await engine.archive.put(document.key, xml);

  const now = engine.clock.now();
  const submission: Submission = {
    tenant,
    id,
    idempotencyKey,
    state: "received",
    createdAt: now,
    updatedAt: now,
    wakeAt: now,
    document,
    invoice,
    looks: 0,
    failures: 0,
    spent: 0,
    timeline: [{ at: now, state: "received", message: "Received." }],
  };
  if (await engine.submissions.create(submission)) {
    await engine.queue.send({ tenant, id });
    return submission;
  }
  const winner = await engine.submissions.get({ tenant, id });
  if (winner === undefined) throw new HubError("hub.internal", `Submission ${id} exists and cannot be read.`);
  return sameDocument(winner.value, hash);
}

function sameDocument(submission: Submission, hash: string): Submission {
  if (submission.document.sha256 === hash) return submission;
  throw new HubError(
    "request.idempotency-conflict",
    `This key already stands for invoice ${submission.invoice.number} (${submission.id}), a different document.`,
  );
}
