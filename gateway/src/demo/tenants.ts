import {
  createEngine,
  isActive,
  Secret,
  type LogEntry,
  type Ports,
  type Submission,
  type Tenant,
} from "@ksef-hub/core";
import type { Sandbox } from "@ksef-hub/sandbox";
import type { DemoDocument } from "./documents.ts";

export interface Prepared {
  /** The API key of each tenant. */
  keys: Map<string, string>;
  /** How many invoices of earlier runs the folder holds. */
  earlier: number;
  /** Those of them that are not at rest: the hub goes on with them. */
  unfinished: DemoDocument[];
}

/**
 * Makes the folder ready before the hub runs on it: a tenant for each NIP, with the credentials the sandbox gave the
 * company. Tenants of earlier runs are taken along, because the sandbox may have another address this time.
 */
export async function prepareTenants(
  ports: Ports,
  sandbox: { url: string; company: Sandbox["company"] },
  nips: Iterable<string>,
  log: (entry: LogEntry) => void,
): Promise<Prepared> {
  const engine = createEngine({ ports, log });
  const known: Tenant[] = [];
  for await (const tenant of engine.tenants.all()) known.push(tenant);
  const keys = new Map<string, string>();
  const submissions: Submission[] = [];

  for (const nip of new Set([...nips, ...known.map((tenant) => tenant.nip)])) {
    const { certificatePem, privateKeyPem } = await sandbox.company(nip);
    const createdAt = known.find(({ id }) => id === nip)?.createdAt ?? ports.clock.now();
    await engine.tenants.save(
      { id: nip, nip, environment: sandbox.url, createdAt },
      { kind: "certificate", certificatePem, privateKeyPem: new Secret(privateKeyPem) },
    );
    keys.set(nip, await demoKey(nip));
    submissions.push(...(await submissionsOf(nip)));
  }
  const unfinished = submissions
    .filter(({ state }) => isActive(state))
    .toSorted((one, other) => one.createdAt - other.createdAt)
    .map(({ tenant, id, invoice }) => ({ tenant, id, number: invoice.number }));
  return { keys, earlier: submissions.length, unfinished };

  /** Kept as a secret, so that every start shows the same key: the ledger has only its hash. */
  async function demoKey(tenant: string): Promise<string> {
    const kept = await ports.secrets.get(`${tenant}/demo-key`);
    if (kept !== undefined) return kept.reveal();
    const key = await engine.apiKeys.issue(tenant, "demo", ports.clock.now());
    await ports.secrets.put(`${tenant}/demo-key`, key);
    return key.reveal();
  }

  async function submissionsOf(tenant: string): Promise<Submission[]> {
    const all: Submission[] = [];
    for (let after: string | undefined; ;) {
      const page = await engine.submissions.list(tenant, 1000, after);
      all.push(...page.submissions);
      if (page.next === undefined) return all;
      after = page.next;
    }
  }
}
