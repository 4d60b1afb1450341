import { createEngine, Secret } from "@ksef-hub/core";
import { openStorage, type Storage } from "@ksef-hub/gateway";
import type { Sandbox } from "@ksef-hub/sandbox";

/** A tenant of the hub, with the key its ERP calls the hub's API with. */
export interface Tenant {
  id: string;
  nip: string;
  apiKey: string;
}

/** Puts so many tenants there; they log in with a certificate and with a KSeF token by turns. */
export async function prepareTenants(storage: Storage, sandbox: Sandbox, environment: string, count: number) {
  await using opened = await openStorage(storage);
  const { ports } = opened;
  const engine = createEngine({ ports, log: (entry) => console.error(JSON.stringify(entry)) });
  const tenants: Tenant[] = [];
  for (let index = 0; index < count; index++) {
    const id = `tenant-${index + 1}`;
    const nip = nipOf(index);
    const { certificatePem, privateKeyPem, ksefToken } = await sandbox.company(nip);
    const credentials =
      index % 2 === 0
        ? ({ kind: "certificate", certificatePem, privateKeyPem: new Secret(privateKeyPem) } as const)
        : ({ kind: "token", token: new Secret(ksefToken) } as const);
    await engine.tenants.save({ id, nip, environment, createdAt: 0 }, credentials);
    // The hub would ask for the limits by itself, a while after its start; it is killed before that.
    const ksef = await engine.ksef(id);
    await engine.budget.learn(id, await ksef.use((access) => ksef.client.rateLimits(access)));
    tenants.push({ id, nip, apiKey: (await engine.apiKeys.issue(id, "chaos", 0)).reveal() });
  }
  return tenants;
}

/** The NIP with this index whose check digit is right; the tenth digit is the weighted sum of the others modulo 11. */
function nipOf(index: number): string {
  const found: string[] = [];
  for (let candidate = 526_100_000; found.length <= index; candidate++) {
    const digits = String(candidate);
    const sum = weights.reduce((total, weight, place) => total + weight * Number(digits[place]), 0);
    if (sum % 11 < 10) found.push(`${digits}${sum % 11}`);
  }
  return found[index]!;
}

const weights = [6, 5, 7, 2, 3, 4, 5, 6, 7];
