/** The host of connectors: what runs the connections of a hub. A plugin needs none of this. */
export {
  attendConnection,
  lookAtHeld,
  openSource,
  takeWebhook,
  type Attendance,
} from "./attend-connection.ts";
export { Connection, connectionsOn, secretsIn, type Connections, type NewConnection } from "./connections.ts";
export { Mapping } from "./mapping.ts";
export { recordsOn, type Records, type SourceRecord } from "./records.ts";
export { oauthTokens, type OAuthApplication, type OAuthTokens } from "./tokens.ts";
