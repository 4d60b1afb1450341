import { HubError } from "@ksef-hub/core";
import type { HubSpotClient } from "./client.ts";
import type { HubSpotConfig } from "./config.ts";
import { customProperties } from "./properties.ts";

/** That the token is of this account and may read invoices; and makes the properties that the connector writes. */
export async function checkConnection(client: HubSpotClient, { portalId }: HubSpotConfig): Promise<void> {
  const account = await client.account();
  if (String(account.portalId) !== portalId)
    throw new HubError(
      "hub.config",
      `The token is of the HubSpot account ${account.portalId}, the connection says ${portalId}: correct portalId.`,
    );
  // Finds nothing, or says that the token may not search.
  await client.invoicesNumbered("0");
  const there = new Set(await client.propertyNames());
  const missing = customProperties.filter(({ name }) => !there.has(name));
  if (missing.length === 0) return;
  await client.createGroup();
  for (const property of missing) await client.createProperty(property);
}
