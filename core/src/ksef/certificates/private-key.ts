import { HubError } from "../../error.ts";
import type { Secret } from "../../secret.ts";
import type { EnrolmentRecord } from "./enrolment.ts";
import type { Holder } from "./holder.ts";

/** Where the key of an enrolment under way is kept. */
export const privateKeyName = ({ tenant }: Holder, id: string): string => `${tenant}/enrolment-${id}`;

/** The key of an enrolment under way. Without it no certificate is of any use: the enrolment ends. */
export async function privateKeyOf(holder: Holder, record: EnrolmentRecord, id: string): Promise<Secret> {
  const key = await holder.secrets.get(privateKeyName(holder, id), { fresh: true });
  if (key !== undefined) return key;
  await record.save({ step: "ended" });
  throw new HubError(
    "ksef.enrolment-failed",
    `The private key of an enrolment of ${holder.tenant} is gone. Run it again to ask anew.`,
  );
}
