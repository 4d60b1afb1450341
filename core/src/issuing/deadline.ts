import type { Engine } from "../engine.ts";
import { outagesOn } from "../ksef/outage/outages.ts";
import { sendingDeadline, type Deadline, type Outage } from "../offline/deadline.ts";
import type { Submission } from "../submission.ts";

/** Until when an invoice issued offline has to be sent, by the outages announced in its environment. */
export function deadlineOf(
  { invoice, offline }: Pick<Submission, "invoice"> & { offline: NonNullable<Submission["offline"]> },
  outages: readonly Outage[],
): Deadline {
  const { mode, issuedAt } = offline;
  return sendingDeadline({ mode, issueDate: invoice.issueDate, issuedAt }, outages);
}

/** The outages announced in the environment of a tenant. */
export async function outagesOf(
  { table, tenants }: Pick<Engine, "table" | "tenants">,
  tenantId: string,
): Promise<readonly Outage[]> {
  const tenant = await tenants.get(tenantId);
  return tenant === undefined ? [] : outagesOn(table).list(tenant.environment);
}
