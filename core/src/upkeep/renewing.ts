import type { Held } from "../ksef/certificates/held.ts";
import { enrolmentOf } from "../ksef/certificates/enrolment.ts";
import type { Table } from "../ports.ts";
import type { Tenant } from "../tenants.ts";

/**
 * Whether the hub renews this by itself. A KSeF token cannot be renewed; a certificate that waits for its first login is
 * put to use.
 */
export async function isRenewedByHub(
  { table }: { table: Table },
  { id: tenant, autoRenew }: Tenant,
  held: Held,
): Promise<boolean> {
  if (held.what === "token" || autoRenew === "none") return false;
  if (autoRenew === "all" || held.what === "next") return true;
  const { current } = await enrolmentOf({ table, tenant }, held.what);
  // Under way, by the hub's doing.
  return current.step !== "ended" || current.serialNumber === held.serialNumber;
}
