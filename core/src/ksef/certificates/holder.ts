import type { Engine } from "../../engine.ts";
import { HubError } from "../../error.ts";
import type { Clock, Secrets, Table } from "../../ports.ts";
import type { Tenant } from "../../tenants.ts";
import { connectKsef, type KsefConnection } from "../connection.ts";
import type { Credentials } from "../credentials.ts";
import { ksefBaseUrl } from "../environment.ts";
import type { Fetch } from "../http.ts";
import { login } from "../login.ts";
import type { CertificatesClient } from "./client.ts";

/** A tenant as a holder of KSeF certificates: its line to KSeF, and where its keys and intents are kept. */
export interface Holder {
  tenant: string;
  table: Table;
  secrets: Secrets;
  clock: Clock;
  client: CertificatesClient;
  /** Logs in with the credentials in use. */
  connection: KsefConnection;
  credentials: () => Promise<Credentials>;
  /** Throws what KSeF has against a login with these credentials. */
  tryLogin(credentials: Credentials, signal?: AbortSignal): Promise<void>;
  /** The tenant logs in with these from now on. */
  use(credentials: Credentials): Promise<void>;
}

/** Over a line of its own. Throws `hub.config` when there is no such tenant. */
export async function certificateHolder(
  engine: Pick<Engine, EngineParts>,
  id: string,
  fetch: Fetch = globalThis.fetch,
): Promise<Holder> {
  const { tenants, clock, timing } = engine;
  const { nip, environment } = await tenantOf(engine, id);
  const endpoint = { baseUrl: ksefBaseUrl(environment), deadlineMs: timing.deadlineMs, fetch };
  const credentials = () => tenants.credentials(id);
  return holderOver(engine, id, connectKsef({ endpoint, nip, credentials, clock }));
}

/** Over the line all work of the tenant uses: its request limits and its breaker count. */
export async function holderOver(
  engine: Pick<Engine, EngineParts>,
  id: string,
  connection: KsefConnection,
): Promise<Holder> {
  const { table, secrets, clock, tenants } = engine;
  const { nip } = await tenantOf(engine, id);
  const { client } = connection;
  return {
    tenant: id,
    table,
    secrets,
    clock,
    client: client.certificates,
    connection,
    credentials: () => tenants.credentials(id),
    tryLogin: async (credentials, signal) => {
      const publicKey = () => connection.publicKey("KsefTokenEncryption", signal);
      await login({ client, nip, credentials, publicKey, clock, signal });
    },
    use: async (credentials) => {
      await tenants.save(await tenantOf(engine, id), credentials);
    },
  };
}

type EngineParts = "table" | "secrets" | "clock" | "tenants" | "timing";

async function tenantOf({ tenants }: Pick<Engine, "tenants">, id: string): Promise<Tenant> {
  const tenant = await tenants.get(id);
  if (tenant === undefined) throw new HubError("hub.config", `There is no tenant ${id}.`);
  return tenant;
}
