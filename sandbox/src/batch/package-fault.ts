import { batchStatus, type BatchCode, type Status } from "../status.ts";

/** Why nothing of a package can be taken, as the status of its session tells it. */
export class PackageFault extends Error {
  override readonly name = "PackageFault";
  readonly status: Status;

  constructor(code: BatchCode, ...details: string[]) {
    super([String(code), ...details].join(" "));
    this.status = batchStatus(code, ...details);
  }
}
