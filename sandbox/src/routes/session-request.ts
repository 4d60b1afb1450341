import { forms, type Form } from "@ksef-hub/core/fa3";
import * as z from "zod";
import type { State } from "../state.ts";
import { encryption, refuseUnknownKey } from "./encryption.ts";

const supported = Object.values(forms).map(({ form }) => JSON.stringify(Object.values(form)));

/** What opening a session of either kind takes. */
export const sessionRequest = z.object({
  formCode: z
    .object({ systemCode: z.string(), schemaVersion: z.string(), value: z.string() })
    .refine(
      ({ systemCode, schemaVersion, value }) =>
        supported.includes(JSON.stringify([systemCode, schemaVersion, value])),
      "Wskazany kod formularza nie jest wspierany.",
    ),
  encryption,
});

/** The parts of it a session keeps; 21470 when the key is not published for this use. */
export function sessionParts(
  state: State,
  request: z.output<typeof sessionRequest>,
): {
  form: Form;
  encryptedKey: Uint8Array;
  publicKeyId: string | null | undefined;
  initializationVector: string;
} {
  const { encryptedSymmetricKey, initializationVector, publicKeyId } = request.encryption;
  refuseUnknownKey(state, publicKeyId);
  return {
    form: request.formCode,
    encryptedKey: encryptedSymmetricKey,
    publicKeyId,
    initializationVector: initializationVector.toString("base64"),
  };
}
