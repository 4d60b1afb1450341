import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import * as z from "zod";
import type { Key, Table } from "./ports.ts";
import { Secret } from "./secret.ts";

const stored = z.object({ sha256: z.string(), name: z.string(), createdAt: z.number() });

/**
 * API keys `hub_<tenant>_<key id>_<secret>`. Only a SHA-256 of the secret is stored: it has 256 random bits, so there
 * is nothing to guess and a slow hash would only slow down every request.
 */
export function apiKeysOn(table: Table) {
  return {
    /** A new key. It is shown once and cannot be read again. */
    issue: async (tenant: string, name: string, now: number): Promise<Secret> => {
      const id = randomBytes(6).toString("hex");
      const secret = randomBytes(32).toString("hex");
      const value = { sha256: digest(secret).toString("hex"), name, createdAt: now };
      if (!(await table.put({ ...key(tenant, id), value }, 0)))
        throw new Error(`API key id ${id} drawn twice`);
      return new Secret(`hub_${tenant}_${id}_${secret}`);
    },
    /** The tenant a key belongs to; undefined when it is not a key of ours. */
    tenantOf: async (text: string): Promise<string | undefined> => {
      const [, tenant, id, secret] = /^hub_([a-z0-9-]+)_([0-9a-f]+)_([0-9a-f]{64})$/.exec(text) ?? [];
      if (tenant === undefined || id === undefined || secret === undefined) return undefined;
      const item = await table.get(key(tenant, id));
      if (item === undefined) return undefined;
      const { sha256 } = stored.parse(item.value);
      return timingSafeEqual(digest(secret), Buffer.from(sha256, "hex")) ? tenant : undefined;
    },
  };
}

export type ApiKeys = ReturnType<typeof apiKeysOn>;

const key = (tenant: string, id: string): Key => ({ pk: `T#${tenant}`, sk: `api-key#${id}` });

const digest = (secret: string): Buffer => createHash("sha256").update(secret).digest();
