import { contractVersion, type Connector, type Host } from "@ksef-hub/core";
import { checkConnection } from "./check.ts";
import { hubspotClient } from "./client.ts";
import { HubSpotConfig } from "./config.ts";
import { draftOf } from "./map.ts";
import { invoicePoll } from "./poll.ts";
import { readRecord } from "./record.ts";
import { refsOfDelivery } from "./webhook.ts";
import { hubspotWriteBack } from "./write-back.ts";

/** Invoices of HubSpot's Commerce Hub that are open or paid. */
export const connector: Connector<typeof HubSpotConfig> = {
  contract: contractVersion,
  id: "hubspot",
  title: "HubSpot",
  config: HubSpotConfig,
  // The least HubSpot allows an app: 100 calls in 10 seconds, 250,000 in a day.
  limits: { concurrent: 4, perSecond: 9, perDay: 240_000 },
  oauth: {
    authorizeUrl: "https://app.hubspot.com/oauth/authorize",
    tokenUrl: "https://api.hubapi.com/oauth/v1/token",
    scopes: [
      "oauth",
      "crm.objects.invoices.read",
      "crm.objects.invoices.write",
      "crm.schemas.invoices.read",
      "crm.schemas.invoices.write",
      "crm.objects.line_items.read",
      "crm.objects.companies.read",
      "crm.objects.contacts.read",
      "crm.objects.contacts.write",
      "files",
    ],
    rotates: false,
    organisations: async (accessToken, host) => {
      const { portalId } = await hubspotClient(
        { baseUrl: "https://api.hubapi.com", accessToken },
        host,
      ).account();
      return [{ name: `HubSpot ${portalId}`, config: { portalId: String(portalId) } }];
    },
  },
  connect: (config, host: Host) => {
    const client = hubspotClient(config, host);
    const { portalId, clientSecret } = config;
    return {
      fetch: ({ id }) => readRecord(client, config, id),
      map: (document) => draftOf(document, config),
      writeBack: hubspotWriteBack(client, config),
      poll: invoicePoll(client, host.clock),
      ...(clientSecret && {
        webhook: async (request) => refsOfDelivery(request, { portalId, clientSecret }),
      }),
      check: () => checkConnection(client, config),
    };
  },
};
