import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { Secret, type Secrets, type Submission } from "@ksef-hub/core";

/**
 * Links to receipts that need no login, for records of other systems: whoever has one has that receipt, and nobody can
 * make one up. They end when the secret `hub/upo-links` is replaced.
 */
export function upoLinks(secrets: Secrets, publicUrl: string) {
  const sign = async (tenant: string, id: string): Promise<string> => {
    const key = Buffer.from((await keyIn(secrets)).reveal(), "base64");
    return createHmac("sha256", key).update(`${tenant}/${id}`).digest("base64url");
  };
  return {
    to: async ({ tenant, id }: Pick<Submission, "tenant" | "id">): Promise<string> =>
      `${publicUrl}/upo/${tenant}/${id}/${await sign(tenant, id)}`,
    isGood: async (tenant: string, id: string, signature: string): Promise<boolean> => {
      const [given, right] = [Buffer.from(signature), Buffer.from(await sign(tenant, id))];
      return given.length === right.length && timingSafeEqual(given, right);
    },
  };
}

export type UpoLinks = ReturnType<typeof upoLinks>;

async function keyIn(secrets: Secrets): Promise<Secret> {
  const known = await secrets.get(name);
  if (known !== undefined) return known;
  // Of several processes that do this at once, the last is right.
  await secrets.put(name, new Secret(randomBytes(32).toString("base64")));
  return (await secrets.get(name, { fresh: true })) ?? keyIn(secrets);
}

const name = "hub/upo-links";
