import type { CertificateType } from "../ksef/certificates/client.ts";
import { enrolmentOf } from "../ksef/certificates/enrolment.ts";
import { heldBy } from "../ksef/certificates/held.ts";
import { holderOver, type Holder } from "../ksef/certificates/holder.ts";
import { renew, renewalDue } from "../ksef/certificates/renewal.ts";
import type { Engine } from "../engine.ts";
import type { Tenant } from "../tenants.ts";
import type { Chore } from "./chore.ts";
import { isRenewedByHub } from "./renewing.ts";

/**
 * Renews the certificates that are due, with a new key, and finishes renewals that were interrupted. The login that is in
 * use stays valid meanwhile: the next one is with the new certificate. The old one is not revoked.
 */
export const certificates: Chore = {
  name: "certificates",
  everyMs: 12 * 3_600_000,
  deadlineMs: 300_000,
  // A certificate that KSeF failed to issue has cost one of the few requests it allows, and there are 30 days.
  pauseMs: 3_600_000,
  run: async (engine, tenant, signal) => {
    const holder = await holderOver(engine, tenant.id, await engine.ksef(tenant.id));
    for (const type of ["Authentication", "Offline"] as const)
      if (await isToDo(engine, tenant, holder, type)) await renew(holder, { type, signal });
  },
};

async function isToDo(engine: Engine, tenant: Tenant, holder: Holder, type: CertificateType) {
  if (tenant.autoRenew === "none") return false;
  if ((await enrolmentOf(holder, type)).current.step !== "ended") return true;
  for (const held of await heldBy(holder)) {
    if (type === "Authentication" && held.what === "next") return true;
    if (held.what !== type) continue;
    if (renewalDue(held, engine.clock.now()) && (await isRenewedByHub(engine, tenant, held))) return true;
  }
  return false;
}
