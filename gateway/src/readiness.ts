import { type Ports, toHubError } from "@ksef-hub/core";

export interface Readiness {
  status: "ready" | "unavailable";
  /** `ok`, or the code of what is wrong, for each dependency. */
  checks: Record<string, string>;
}

/**
 * Whether the hub can take an invoice in now. KSeF is no part of it: while KSeF is down, invoices are taken and wait.
 */
export async function readiness({ table, archive, queue, secrets }: Ports): Promise<Readiness> {
  const checks: Record<string, string> = {};
  const check = async (name: string, touch: () => Promise<unknown>): Promise<void> => {
    try {
      await touch();
      checks[name] = "ok";
    } catch (thrown) {
      checks[name] = toHubError(thrown).code;
    }
  };
  await Promise.all([
    check("table", () => table.get({ pk: "readiness", sk: "readiness" })),
    check("archive", () => archive.get("readiness/readiness")),
    check("queue", () => queue.deadLetters(1)),
    check("secrets", () => secrets.get("readiness/readiness")),
  ]);
  const status = Object.values(checks).every((result) => result === "ok") ? "ready" : "unavailable";
  return { status, checks };
}
