import { HubError, toHubError } from "../../error.ts";
import type { Form } from "../../fa3/forms.ts";
import type { KsefConnection } from "../connection.ts";
import { newSessionKey, sealSessionKey } from "../encryption.ts";
import { refusals } from "../http.ts";
import type { BatchDocument } from "./archive.ts";
import type { OpenBatch } from "./client.ts";
import { packBatch, type BatchPackage, type PackOptions } from "./package.ts";
import { uploadParts, type UploadOptions } from "./upload.ts";

/** What is about to be done. Sizes in bytes, hashes in Base64. */
export type BatchStep =
  | { step: "package" }
  | { step: "open"; invoices: number; size: number; sha256: string; parts: number }
  | { step: "upload"; reference: string }
  | { step: "close"; reference: string };

export interface SendBatch extends Omit<PackOptions, "key">, UploadOptions {
  formCode: Form;
  offlineMode?: boolean;
  /** Called before each step; nothing of the step happens before it resolves, or at all when it throws. */
  onStep: (step: BatchStep) => Promise<void> | void;
}

/**
 * Sends documents as one batch session: package, open, upload, close, each once (of the upload, each part until it is
 * there). Resolves with the reference of the session when KSeF has begun to process it. Throws BatchFailure for a step
 * that needs KSeF; anything else it throws comes from before opening, from `onStep`, or from the signal between two
 * steps: then the session, if there is one, was not closed, and KSeF processes nothing of it.
 */
export async function sendBatch(
  ksef: KsefConnection,
  documents: AsyncIterable<BatchDocument>,
  { folder, compression, limits, formCode, offlineMode = false, onStep, ...upload }: SendBatch,
): Promise<{ reference: string }> {
  const { signal } = upload;
  const perform = async <T>(step: BatchStep, effect: () => Promise<T>): Promise<T> => {
    signal?.throwIfAborted();
    await onStep(step);
    try {
      return await effect();
    } catch (thrown) {
      throw step.step === "package" ? thrown : new BatchFailure(step, toHubError(thrown));
    }
  };

  const key = newSessionKey();
  await using batch = await perform({ step: "package" }, () =>
    packBatch(documents, { folder, compression, limits, key, signal }),
  );
  const encryption = sealSessionKey(key, await ksef.publicKey("SymmetricKeyEncryption", signal));
  const request = { formCode, batchFile: declared(batch), encryption, offlineMode };
  const { invoices, size, sha256, parts } = batch;
  const opened = await perform({ step: "open", invoices, size, sha256, parts: parts.length }, () =>
    ksef.use((access) => ksef.client.openBatch(request, access), signal),
  );
  const reference = opened.referenceNumber;
  await perform({ step: "upload", reference }, () => uploadParts(ksef.client, parts, opened, upload));
  await perform({ step: "close", reference }, () =>
    ksef.use((access) => ksef.client.closeBatch(reference, access), signal),
  );
  return { reference };
}

/**
 * A step that failed, with the code and the words of why. `refused`: KSeF certainly processes nothing, so the documents
 * may go into another session. `unknown`: of `open`, there may be a session, but nothing can come into it any more; of
 * `close`, KSeF may be processing the package, so its status has to be asked for before anything is sent again.
 */
export class BatchFailure extends HubError {
  readonly step: BatchStep;
  readonly outcome: "refused" | "unknown";

  constructor(step: BatchStep, cause: HubError) {
    const { code, upstream, faults, retryAfterMs } = cause;
    super(code, `Batch, ${step.step}: ${cause.message}`, { upstream, faults, retryAfterMs, cause });
    this.step = step;
    // Parts alone have no effect: what is not closed is cancelled by KSeF in the end.
    this.outcome = step.step === "upload" || refusals.has(code) ? "refused" : "unknown";
  }
}

function declared({ compression, size, sha256, parts }: BatchPackage): OpenBatch["batchFile"] {
  return {
    fileSize: size,
    fileHash: sha256,
    compressionType: compression === "zip" ? "Zip" : "TarGz",
    fileParts: parts.map((part) => ({
      ordinalNumber: part.ordinal,
      fileSize: part.size,
      fileHash: part.sha256,
    })),
  };
}
