import { HubError } from "../../error.ts";
import { changeOver } from "./change-over.ts";
import type { CertificateType } from "./client.ts";
import { enrol, type Order } from "./enrol.ts";
import { enrolmentOf } from "./enrolment.ts";
import { heldBy } from "./held.ts";
import type { Holder } from "./holder.ts";

/**
 * Enrols a certificate and puts it to use, unless the one enrolled last is in use and not due for renewal. What an
 * earlier call began is finished first. False: there was nothing to do. Throws what `enrol` and `changeOver` throw.
 */
export function enrolOnce(holder: Holder, order: Order): Promise<boolean> {
  return finishOrBegin(holder, order, async (enrolledLast) => {
    const held = await heldOf(holder, order.type);
    const inUse = held !== undefined && held.serialNumber === enrolledLast;
    return !inUse || renewalDue(held, holder.clock.now());
  });
}

/**
 * Enrols the successor of a certificate when it is due, or `early`, with the login of the present one, and puts it to
 * use. What an earlier call began is finished first, due or not. False: there was nothing to do.
 * Throws what `enrol` and `changeOver` throw, and `hub.config` when there is nothing to renew.
 */
export function renew(holder: Holder, order: Order & { early?: boolean }): Promise<boolean> {
  const { type, early = false } = order;
  return finishOrBegin(holder, order, async () => {
    const held = await heldOf(holder, type);
    if (held !== undefined) return early || renewalDue(held, holder.clock.now());
    const message = `${holder.tenant} has no ${type} certificate to renew. Enrol one first.`;
    throw new HubError("hub.config", message);
  });
}

/**
 * Whether it is time for another certificate: 30 days before the end, which leaves time to put right what goes wrong
 * and spends few of the requests KSeF allows (a certificate lives two years; a third of that would be eight months).
 * One that lives less than 90 days is renewed after two thirds of its life. Times in milliseconds.
 */
export function renewalDue({ validFrom, validTo }: Validity, now: number): boolean {
  return now >= validTo - Math.min(30 * dayMs, (validTo - validFrom) / 3);
}

interface Validity {
  validFrom: number;
  validTo: number;
}

const dayMs = 24 * 3_600_000;

async function finishOrBegin(
  holder: Holder,
  order: Order,
  isWanted: (enrolledLast: string | undefined) => Promise<boolean>,
): Promise<boolean> {
  const login = order.type === "Authentication";
  const { current } = await enrolmentOf(holder, order.type);
  if (current.step === "ended") {
    if (login && (await changeOver(holder, order.signal))) return true;
    if (!(await isWanted(current.serialNumber))) return false;
  }
  await enrol(holder, order);
  if (login) await changeOver(holder, order.signal);
  return true;
}

async function heldOf(holder: Holder, type: CertificateType) {
  const held = (await heldBy(holder)).find(({ what }) => what === type);
  return held?.what === "token" ? undefined : held;
}
