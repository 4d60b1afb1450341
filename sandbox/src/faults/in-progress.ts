import { AsyncLocalStorage } from "node:async_hooks";
import type { Fault } from "./fault.ts";

/** What rules are matched against. */
export interface RequestInProgress {
  method: string;
  /** Without `/v2`. */
  path: string;
  nip: string | undefined;
  /** What the request itself asks for; gone once it has struck. */
  oneOff?: Fault;
}

const storage = new AsyncLocalStorage<RequestInProgress>();

/** The request that is being handled where this is called, when faults are watched for at all. */
export const requestInProgress = (): RequestInProgress | undefined => storage.getStore();

export function handling<T>(request: RequestInProgress, work: () => T): T {
  return storage.run(request, work);
}
