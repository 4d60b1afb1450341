import type { Job } from "../ports.ts";

export type Handler = (job: Job, attempt: number) => Promise<void>;

/** What went wrong is the handler's to tell; the queue needs to know only that it did. */
export async function succeeds(handler: Handler, job: Job, attempt: number): Promise<boolean> {
  try {
    await handler(job, attempt);
    return true;
  } catch {
    return false;
  }
}
