import * as z from "zod";
import { HubError } from "./error.ts";
import { openCredentials, sealCredentials, type Credentials } from "./ksef/credentials.ts";
import { ksefBaseUrl } from "./ksef/environment.ts";
import type { Key, Secrets, Table } from "./ports.ts";

/** A company with its NIP and its KSeF environment. Its credentials are in `Secrets`, never here. */
export const Tenant = z.object({
  id: z.string().regex(/^[a-z0-9-]{1,40}$/, "use up to 40 lower-case letters, digits and hyphens"),
  nip: z.string().regex(/^[1-9](\d[1-9]|[1-9]\d)\d{7}$/, "a NIP has ten digits"),
  /** `test`, `demo`, `production`, or the base URL of a sandbox. */
  environment: z.string(),
  /** Codes of warnings that this company wants to be errors. */
  strict: z.array(z.string()).default([]),
  /**
   * Which KSeF certificates the hub renews by itself: those it has enrolled itself (also when absent), `all` (one that was
   * given to it is replaced by one it enrols), or `none`.
   */
  autoRenew: z.enum(["enrolled", "all", "none"]).optional(),
  createdAt: z.number(),
});
export type Tenant = z.output<typeof Tenant>;
export type NewTenant = z.input<typeof Tenant>;

/** Tenants on the ledger; index 1 lists them. */
export function tenantsOn(table: Table, secrets: Secrets) {
  return {
    get: async (id: string): Promise<Tenant | undefined> => {
      const item = await table.get(key(id));
      return item && Tenant.parse(item.value);
    },
    /** Creates the tenant or replaces it, with its credentials. */
    save: async (candidate: NewTenant, credentials: Credentials): Promise<Tenant> => {
      const parsed = Tenant.safeParse(candidate);
      if (!parsed.success) throw new HubError("hub.config", z.prettifyError(parsed.error));
      const tenant = parsed.data;
      ksefBaseUrl(tenant.environment);
      await secrets.put(`${tenant.id}/ksef`, sealCredentials(credentials));
      const item = { ...key(tenant.id), value: tenant, index1: { pk: "tenants", sk: tenant.id } };
      const stored = await table.get(key(tenant.id));
      if (!(await table.put(item, stored?.version ?? 0)))
        throw new HubError(
          "storage.unavailable",
          `The tenant ${tenant.id} was changed at the same time; try again.`,
        );
      return tenant;
    },
    credentials: async (id: string): Promise<Credentials> =>
      openCredentials(await secrets.get(`${id}/ksef`, { fresh: true })),
    all: async function* (): AsyncGenerator<Tenant> {
      for (let after: string | undefined; ;) {
        const page = await table.query({
          index: 1,
          pk: "tenants",
          ...(after === undefined ? {} : { after }),
        });
        for (const { value } of page.items) yield Tenant.parse(value);
        if (page.next === undefined) return;
        after = page.next;
      }
    },
  };
}

const key = (id: string): Key => ({ pk: `T#${id}`, sk: "tenant" });

export type Tenants = ReturnType<typeof tenantsOn>;
