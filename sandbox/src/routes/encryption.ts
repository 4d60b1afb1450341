import * as z from "zod";
import { Refusal } from "../refusal.ts";
import { base64, keyId } from "../request.ts";
import type { State } from "../state.ts";

/** `EncryptionInfo` of the API. */
export const encryption = z.object({
  encryptedSymmetricKey: base64,
  initializationVector: base64.refine(({ length }) => length === 16, "Wektor inicjujący ma mieć 16 bajtów."),
  publicKeyId: keyId,
});

/** Throws 21470 when a key is named that is not published for symmetric keys. */
export function refuseUnknownKey(state: State, publicKeyId: string | null | undefined): void {
  if (publicKeyId && !state.keys.knows("SymmetricKeyEncryption", publicKeyId))
    throw new Refusal(21470, `Klucz o identyfikatorze ${publicKeyId} nie jest wspierany.`);
}
