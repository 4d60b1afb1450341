import * as z from "zod";
import { contextPatterns } from "../context.ts";
import { nipPattern } from "../nip.ts";

/** Identifiers as the API takes them; whatever does not fit is 21405. */
export const identifier = {
  Nip: z.object({ type: z.literal("Nip"), value: z.string().regex(nipPattern, "Nieprawidłowy numer NIP.") }),
  Pesel: z.object({
    type: z.literal("Pesel"),
    value: z
      .string()
      .regex(
        /^\d{2}(?:0[1-9]|1[0-2]|2[1-9]|3[0-2]|4[1-9]|5[0-2]|6[1-9]|7[0-2]|8[1-9]|9[0-2])\d{7}$/,
        "Nieprawidłowy numer PESEL.",
      ),
  }),
  Fingerprint: z.object({
    type: z.literal("Fingerprint"),
    value: z
      .string()
      .regex(/^[0-9a-f]{64}$/i, "Odcisk palca to SHA-256 zapisany szesnastkowo.")
      .toUpperCase(),
  }),
  PeppolId: z.object({ type: z.literal("PeppolId"), value: z.string().regex(contextPatterns.PeppolId) }),
  InternalId: z.object({
    type: z.literal("InternalId"),
    value: z.string().regex(contextPatterns.InternalId, "Identyfikator wewnętrzny ma postać NIP-12345."),
  }),
};

/** A person or a company. */
export const subjectIdentifier = z.discriminatedUnion("type", [
  identifier.Nip,
  identifier.Pesel,
  identifier.Fingerprint,
]);

/** Whether two identifiers name the same. */
export function isSame(
  one: { type: string; value?: string | undefined },
  other: { type: string; value?: string | undefined },
): boolean {
  return one.type === other.type && one.value === other.value;
}
