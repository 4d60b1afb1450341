import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import { HubError } from "../../error.ts";
import type { Secrets } from "../../ports.ts";
import { Secret } from "../../secret.ts";
import { requireBlobKey } from "../blob-key.ts";
import type { Database } from "./database.ts";

/**
 * Secrets in SQLite under AES-256-GCM, each with a random nonce. The name is authenticated with the value, so a value
 * moved to another name does not open; the id of the key is beside it, so a wrong key is told from damage.
 * Both are refused with `secret.key`.
 */
export function secretsOn(database: Database, key: Uint8Array): Secrets {
  const keyId = createHmac("sha256", key).update("KSeF Hub secrets: key id").digest("hex").slice(0, 16);
  return {
    get: async (name) => {
      requireBlobKey(name);
      const [row] = database.all<Sealed>(
        "SELECT key_id, nonce, ciphertext FROM secrets WHERE name = ?",
        name,
      );
      if (row === undefined) return undefined;
      if (row.key_id !== keyId) throw wrongKey(name, row.key_id, keyId);
      return new Secret(open(row, name, key));
    },
    put: async (name, value) => {
      requireBlobKey(name);
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(name));
      const ciphertext = Buffer.concat([
        cipher.update(value.reveal(), "utf8"),
        cipher.final(),
        cipher.getAuthTag(),
      ]);
      await database.run(upsert, name, keyId, nonce, ciphertext);
    },
    delete: async (name) => {
      requireBlobKey(name);
      await database.run("DELETE FROM secrets WHERE name = ?", name);
    },
  };
}

interface Sealed {
  key_id: string;
  nonce: Uint8Array;
  /** The 16 bytes of the authentication tag come last. */
  ciphertext: Uint8Array;
}

const upsert = `INSERT INTO secrets (name, key_id, nonce, ciphertext) VALUES (?, ?, ?, ?)
  ON CONFLICT (name) DO UPDATE SET key_id = excluded.key_id, nonce = excluded.nonce, ciphertext = excluded.ciphertext`;

function open({ nonce, ciphertext }: Sealed, name: string, key: Uint8Array): string {
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: 16 });
    decipher.setAAD(Buffer.from(name)).setAuthTag(ciphertext.subarray(-16));
    return Buffer.concat([decipher.update(ciphertext.subarray(0, -16)), decipher.final()]).toString("utf8");
  } catch (cause) {
    const message = `The secret ${name} was changed or moved from another name; enter it again.`;
    throw new HubError("secret.key", message, { cause });
  }
}

function wrongKey(name: string, wanted: string, present: string): HubError {
  const message = `The secret ${name} was stored under key ${wanted}, but the key in use is ${present}; give the hub the key it had.`;
  return new HubError("secret.key", message);
}
