import { HubError } from "../../error.ts";

/** Work on files; when it fails it throws `storage.unavailable`: a full or broken disk is no defect of ours. */
export async function onDisk<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new HubError("storage.unavailable", `The folder for batches does not work: ${message}.`, { cause });
  }
}
