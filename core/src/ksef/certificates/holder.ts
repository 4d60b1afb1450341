import type { Engine } from "../../engine.ts";
import { HubError } from "../../error.ts";
import type { Clock, Secrets, Table } from "../../ports.ts";
import type { CertificatesClient } from "./client.ts";
import { connectKsef, type KsefConnection } from "../connection.ts";
import type { Credentials } from "../credentials.ts";
import { ksefBaseUrl } from "../environment.ts";
import type { Fetch } from "../http.ts";

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

/** Throws `hub.config` when there is no such tenant. */
export async function certificateHolder(
  { table, secrets, clock, tenants, timing }: Pick<Engine, EngineParts>,
  id: string,
  fetch: Fetch = globalThis.fetch,
): Promise<Holder> {
  const find = async () => {
    const tenant = await tenants.get(id);
    if (tenant === undefined) throw new HubError("hub.config", `There is no tenant ${id}.`);
    return tenant;
  };
  const { nip, environment } = await find();
  const endpoint = { baseUrl: ksefBaseUrl(environment), deadlineMs: timing.deadlineMs, fetch };
  const connect = (credentials: () => Promise<Credentials>) =>
    connectKsef({ endpoint, nip, credentials, clock });
  const inUse = () => tenants.credentials(id);
  const connection = connect(inUse);
  return {
    tenant: id,
    table,
    secrets,
    clock,
    client: connection.client.certificates,
    connection,
    credentials: inUse,
    tryLogin: (credentials, signal) =>
      connect(() => Promise.resolve(credentials)).use(() => Promise.resolve(), signal),
    use: async (credentials) => {
      await tenants.save(await find(), credentials);
    },
  };
}

type EngineParts = "table" | "secrets" | "clock" | "tenants" | "timing";
