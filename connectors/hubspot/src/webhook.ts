import { createHmac, timingSafeEqual } from "node:crypto";
import { HubError, type Ref, type Secret, type WebhookRequest } from "@ksef-hub/core";
import { writtenNames } from "./properties.ts";
import { WebhookEvents } from "./types.ts";

/** The invoices that a delivery of up to 100 events is about, each once. Throws `webhook.refused`. */
export function refsOfDelivery(
  request: WebhookRequest,
  { portalId, clientSecret }: { portalId: string; clientSecret: Secret },
): Ref[] {
  verify(request, clientSecret);
  const ids = eventsOf(request)
    .filter((event) => String(event.portalId) === portalId)
    .filter(
      ({ objectTypeId, subscriptionType }) =>
        objectTypeId === "0-53" || subscriptionType.startsWith("invoice."),
    )
    // What we wrote ourselves: nobody else writes there, so whoever the change is from does not matter.
    .filter(({ propertyName }) => propertyName === undefined || !writtenNames.has(propertyName))
    .flatMap(({ objectId }) => (objectId === undefined ? [] : [String(objectId)]));
  return [...new Set(ids)].map((id) => ({ type: "invoice", id }));
}

function verify({ method, url, headers, body, receivedAt }: WebhookRequest, clientSecret: Secret): void {
  const timestamp = headers.get("x-hubspot-request-timestamp") ?? "";
  if (!/^\d{1,15}$/.test(timestamp)) throw refused("It has no X-HubSpot-Request-Timestamp.");
  if (Math.abs(receivedAt - Number(timestamp)) > windowMs) throw refused("It is older than five minutes.");
  const given = Buffer.from(headers.get("x-hubspot-signature-v3") ?? "", "base64");
  const expected = signatureOf({ method, url, body, timestamp }, clientSecret);
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw refused(
      "Its signature is not that of the app: check the client secret and the public address of the hub.",
    );
}

/** Signature v3: HMAC-SHA256 over method, address, body and timestamp; the address with some characters decoded. */
export function signatureOf(
  { method, url, body, timestamp }: { method: string; url: string; body: Uint8Array; timestamp: string },
  clientSecret: Secret,
): Buffer {
  const uri = url.replaceAll(decoded, (escaped) => decodeURIComponent(escaped));
  return createHmac("sha256", clientSecret.reveal())
    .update(`${method}${uri}`)
    .update(body)
    .update(timestamp)
    .digest();
}

/** The characters that HubSpot decodes before it signs: : / ? @ ! $ ' ( ) * , and ; */
const decoded = /%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi;
const windowMs = 300_000;

function eventsOf({ body }: WebhookRequest) {
  try {
    return WebhookEvents.parse(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)));
  } catch (thrown) {
    throw new HubError("webhook.refused", "HubSpot's event is not what it should be.", { cause: thrown });
  }
}

const refused = (why: string): HubError =>
  new HubError("webhook.refused", `The event is not from HubSpot. ${why}`);
