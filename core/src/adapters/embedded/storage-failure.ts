import { HubError } from "../../error.ts";

/**
 * What the file system or SQLite threw (disk full, I/O error, folder gone, already closed), as `storage.unavailable`.
 * Anything else is a defect and comes back unchanged.
 */
export function storageFailure(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown instanceof HubError || !fromBelow(thrown)) return thrown;
  return new HubError("storage.unavailable", `The data folder does not work: ${thrown.message}.`, {
    cause: thrown,
  });
}

function fromBelow(error: Error): boolean {
  const code = "code" in error ? error.code : undefined;
  return "syscall" in error || code === "ERR_SQLITE_ERROR" || code === "ERR_INVALID_STATE";
}
