import { openAsBlob } from "node:fs";
import { HubError, toHubError } from "../../error.ts";
import type { Clock } from "../../ports.ts";
import type { KsefClient } from "../client.ts";
import type { BatchOpened } from "./client.ts";
import { onDisk } from "./on-disk.ts";
import type { BatchPart } from "./part-file.ts";

export interface UploadOptions {
  clock: Clock;
  signal?: AbortSignal | undefined;
  /** Parts on their way at the same time. */
  concurrency?: number;
  /** How often a part is tried; the pause between two tries doubles, beginning with `pauseMs`. */
  attempts?: number;
  pauseMs?: number;
  /** The longest a try may take. */
  partDeadlineMs?: number;
}

/**
 * Uploads every part, streamed from its file. What fails for want of an answer is tried again: a part that is there
 * already is replaced by the same. Throws the last error of the first part that could not be uploaded; by then no upload
 * is under way any more.
 */
export async function uploadParts(
  client: KsefClient,
  parts: BatchPart[],
  { partUploadRequests }: BatchOpened,
  options: UploadOptions,
): Promise<void> {
  const { concurrency = 4, signal } = options;
  const stop = new AbortController();
  const either = signal === undefined ? stop.signal : AbortSignal.any([stop.signal, signal]);
  const waiting = parts.values();
  const worker = async (): Promise<void> => {
    for (const part of waiting) {
      const target = partUploadRequests.find(({ ordinalNumber }) => ordinalNumber === part.ordinal);
      if (target === undefined)
        throw new HubError("ksef.protocol", `KSeF does not say where to upload part ${part.ordinal}.`);
      // Read from the file while it is sent, anew for each try; the store is told its length beforehand.
      const content = await onDisk(openAsBlob(part.path));
      await tryAgain((deadlineMs) => client.putPart(target, content, { deadlineMs, signal: either }), {
        ...options,
        signal: either,
      });
    }
  };
  const workers = Array.from({ length: Math.min(concurrency, parts.length) }, worker);
  try {
    await Promise.all(workers);
  } catch (error) {
    stop.abort();
    await Promise.allSettled(workers);
    throw error;
  }
}

async function tryAgain(
  upload: (deadlineMs: number) => Promise<void>,
  { clock, signal, attempts = 4, pauseMs = 1_000, partDeadlineMs = 600_000 }: UploadOptions,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await upload(partDeadlineMs);
    } catch (thrown) {
      const error = toHubError(thrown);
      if (!error.outage || attempt >= attempts || signal?.aborted === true) throw error;
      await clock.sleep(pauseMs * 2 ** (attempt - 1), signal);
    }
  }
}
