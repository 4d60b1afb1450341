import type { Engine } from "../engine.ts";
import type { Submission } from "../submission.ts";
import { limits } from "../upkeep/limits.ts";
import { timetableOn } from "../upkeep/timetable.ts";

/** How the login to KSeF last went, as far as the ledger tells; `at` is when, `code` why it fails. */
export type Login =
  | { state: "works"; at: number }
  | { state: "fails"; at: number; code: string }
  | { state: "unknown" };

/** Gathers what submissions say of the login, and with what upkeep knows of it, which logs in daily, gives the latest. */
export function loginEvidence() {
  let worked = 0;
  let failed: { at: number; code: string } | undefined;

  const fails = (at: number, code: string): void => {
    if (isOfLogin(code) && at > (failed?.at ?? 0)) failed = { at, code };
  };

  return {
    hear: ({ sentAt = 0, problem, updatedAt }: Submission): void => {
      worked = Math.max(worked, sentAt);
      if (problem !== undefined) fails(updatedAt, problem.code);
    },
    conclude: async ({ table }: Pick<Engine, "table">, tenant: string): Promise<Login> => {
      const plan = (await timetableOn(table).read(tenant, limits.name))?.plan;
      worked = Math.max(worked, plan?.doneAt ?? 0);
      for (const code of plan?.told ?? []) fails(plan?.failingSince ?? 0, code);
      if (failed !== undefined && failed.at > worked) return { state: "fails", ...failed };
      return worked > 0 ? { state: "works", at: worked } : { state: "unknown" };
    },
  };
}

const isOfLogin = (code: string): boolean =>
  ["ksef.login-refused", "ksef.credentials", "ksef.unauthorized"].includes(code);
