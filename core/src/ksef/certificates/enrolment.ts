import * as z from "zod";
import { HubError } from "../../error.ts";
import type { Key } from "../../ports.ts";
import type { CertificateType } from "./client.ts";
import type { Holder } from "./holder.ts";

const request = { id: z.string(), name: z.string(), csr: z.string() };
/** `remaining`: how many requests KSeF still allowed before this one, by which it can be told later whether it took it. */
const sending = { ...request, askedAt: z.number(), remaining: z.number() };

const stored = z.discriminatedUnion("step", [
  z.object({ step: z.literal("prepared"), ...request }),
  z.object({ step: z.literal("asked"), ...sending }),
  z.object({ step: z.literal("taken"), ...sending, reference: z.string() }),
  z.object({ step: z.literal("issued"), ...request, serialNumber: z.string() }),
  z.object({ step: z.literal("ended"), serialNumber: z.string().optional() }),
]);

/**
 * How far the enrolment of a certificate has come. `prepared`: key and intent are stored, nothing was sent. `asked`:
 * about to be sent, or sent and not answered. `taken`: KSeF gave a reference number. `issued`: the certificate can be
 * fetched. `ended`: none is under way; with the serial number of the certificate if it came to one.
 */
export type Enrolment = z.output<typeof stored>;
export type Step<Name extends Enrolment["step"]> = Extract<Enrolment, { step: Name }>;

/** One worker's hold on the enrolment of a tenant's certificate of one type: of two workers the slower one gives up. */
export interface EnrolmentRecord {
  readonly current: Enrolment;
  /** Compare and swap. False: somebody else was first. */
  trySave(next: Enrolment): Promise<boolean>;
  /** The same, but throws `storage.unavailable` when somebody else was first. */
  save(next: Enrolment): Promise<void>;
}

export async function enrolmentOf(
  { table, tenant }: Pick<Holder, "table" | "tenant">,
  type: CertificateType,
): Promise<EnrolmentRecord> {
  const key: Key = { pk: `T#${tenant}`, sk: `certificate-enrolment#${type}` };
  const item = await table.get(key);
  let version = item?.version ?? 0;
  let current: Enrolment = item === undefined ? { step: "ended" } : stored.parse(item.value);
  const trySave = async (next: Enrolment): Promise<boolean> => {
    if (!(await table.put({ ...key, value: next }, version))) return false;
    version += 1;
    current = next;
    return true;
  };
  return {
    get current() {
      return current;
    },
    trySave,
    save: async (next) => {
      if (await trySave(next)) return;
      throw new HubError(
        "storage.unavailable",
        `The enrolment of a certificate for ${tenant} was changed at the same time; run it again.`,
      );
    },
  };
}
