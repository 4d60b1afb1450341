import { type Engine, Secret } from "@ksef-hub/core";
import { type Attendance, connectionsOn, oauthTokens, recordsOn } from "@ksef-hub/core/connect";
import { loadConnectors } from "./registry.ts";
import { upoLinks } from "./upo-link.ts";
import { attendConnections } from "./worker.ts";

export interface ConnectionOptions {
  /** The names of the connectors' packages. */
  connectors: readonly string[];
  /** The address of this hub as vendors and people reach it, without a slash at the end. */
  publicUrl: string;
  /** Looks after every connection so often, in milliseconds. */
  everyMs?: number;
}

/** The connections of a hub, at work until they are stopped. Throws `hub.config` for a connector that cannot be loaded. */
export async function startConnections(
  engine: Engine,
  { connectors, publicUrl, everyMs }: ConnectionOptions,
) {
  const loaded = await loadConnectors(connectors);
  const { table, secrets, clock, timing } = engine;
  const stopped = new AbortController();
  const { signal } = stopped;
  const connections = connectionsOn(table, secrets, (id) => loaded.get(id));
  const links = upoLinks(secrets, publicUrl);
  const { deadlineMs } = timing;
  const tokens = oauthTokens({ table, secrets, clock, fetch: globalThis.fetch, deadlineMs, application });
  const attendance: Attendance = {
    engine,
    connections,
    records: recordsOn(table),
    open: new Map(),
    accessToken: (connection) => tokens.of(connection, connections.connectorOf(connection)),
    upoUrl: links.to,
    signal,
  };
  const working = attendConnections(attendance, everyMs === undefined ? {} : { everyMs });
  return {
    routes: { attendance, publicUrl, links },
    stop: async (): Promise<void> => {
      stopped.abort();
      await working;
    },
  };
}

/** `HUB_OAUTH_XERO_CLIENT_ID` and `HUB_OAUTH_XERO_CLIENT_SECRET` for the connector `xero`. */
function application(connector: string) {
  const prefix = `HUB_OAUTH_${connector.toUpperCase().replaceAll("-", "_")}`;
  const [clientId, clientSecret] = [
    process.env[`${prefix}_CLIENT_ID`],
    process.env[`${prefix}_CLIENT_SECRET`],
  ];
  return clientId && clientSecret ? { clientId, clientSecret: new Secret(clientSecret) } : undefined;
}
