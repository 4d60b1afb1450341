import { createHmac } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { Ref, WebhookRequest } from "@ksef-hub/core";
import { describe, expect, it } from "vitest";
import { noon } from "./host.ts";
import { connected, settings } from "./serve.ts";

const url = "https://hub.example/webhooks/hubspot/main?tenant=a%20b&to=%2Fx%3A1";

const event = {
  eventId: 1,
  subscriptionId: 12345,
  portalId: 62515,
  occurredAt: noon,
  subscriptionType: "object.propertyChange",
  attemptNumber: 0,
  objectId: 44446244097,
  objectTypeId: "0-53",
  propertyName: "hs_invoice_status",
  propertyValue: "open",
  changeSource: "CRM_UI",
  appId: 54321,
};

interface Sent {
  body?: string;
  secret?: string;
  sentAt?: number;
  at?: string;
  signedAt?: string;
  headers?: Record<string, string>;
}

/** Signed with the address as HubSpot has it: `/`, `:` and the like decoded, a blank not. */
function sent({
  body = JSON.stringify([event]),
  secret = settings.clientSecret,
  sentAt = noon,
  ...more
}: Sent): WebhookRequest {
  const { at = url, signedAt = "https://hub.example/webhooks/hubspot/main?tenant=a%20b&to=/x:1" } = more;
  const signature = createHmac("sha256", secret).update(`POST${signedAt}${body}${sentAt}`).digest("base64");
  const headers = {
    "x-hubspot-signature-v3": signature,
    "x-hubspot-request-timestamp": String(sentAt),
    ...more.headers,
  };
  return {
    method: "POST",
    url: at,
    headers: new Headers(headers),
    body: new TextEncoder().encode(body),
    receivedAt: noon,
  };
}

async function refs(request: WebhookRequest): Promise<Ref[] | Response | undefined> {
  await using hubspot = await connected();
  return hubspot.source.webhook?.(request);
}

describe("a delivery", () => {
  it("is about the invoices in it, each once", async () => {
    const body = JSON.stringify([
      event,
      { ...event, eventId: 2, propertyName: "hs_due_date" },
      { ...event, objectId: 7 },
    ]);
    expect(await refs(sent({ body }))).toEqual([
      { type: "invoice", id: "44446244097" },
      { type: "invoice", id: "7" },
    ]);
  });

  it.each([
    ["another account", { portalId: 62516 }],
    ["a contact", { objectTypeId: "0-1" }],
    ["a contact of the older kind", { objectTypeId: undefined, subscriptionType: "contact.creation" }],
    ["what is about two objects", { objectId: undefined, subscriptionType: "object.associationChange" }],
    ["what the connector wrote", { propertyName: "ksef_number", changeSource: "INTEGRATION" }],
    ["the file that the connector wrote", { propertyName: "ksef_upo_file", changeSource: "INTEGRATION" }],
  ])("leaves out %s", async (_, change) => {
    expect(await refs(sent({ body: JSON.stringify([{ ...event, ...change }]) }))).toEqual([]);
  });

  it.each([
    ["the convention of corrections", { propertyName: "ksef_corrects_invoice" }],
    ["the change by another app", { changeSource: "INTEGRATION" }],
    ["the making of an invoice", { subscriptionType: "object.creation", propertyName: undefined }],
  ])("counts %s", async (_, change) => {
    expect(await refs(sent({ body: JSON.stringify([{ ...event, ...change }]) }))).toHaveLength(1);
  });

  it("may be from five minutes ago, and no longer", async () => {
    expect(await refs(sent({ sentAt: noon - 300_000 }))).toHaveLength(1);
    await expect(refs(sent({ sentAt: noon - 300_001 }))).rejects.toMatchObject({ code: "webhook.refused" });
    await expect(refs(sent({ sentAt: noon + 300_001 }))).rejects.toMatchObject({ code: "webhook.refused" });
  });

  it.each([
    ["by another secret", { secret: "other" }],
    ["of another address", { at: url.replace("main", "other") }],
    [
      "with every character decoded",
      { signedAt: "https://hub.example/webhooks/hubspot/main?tenant=a b&to=/x:1" },
    ],
    ["with none decoded", { signedAt: url }],
    ["with another timestamp", { headers: { "x-hubspot-request-timestamp": String(noon + 1) } }],
    ["without a timestamp", { headers: { "x-hubspot-request-timestamp": "" } }],
    ["without a signature", { headers: { "x-hubspot-signature-v3": "" } }],
    ["with half a signature", { headers: { "x-hubspot-signature-v3": "AAAA" } }],
    ["that is no JSON", { body: "[" }],
    ["that is no list", { body: "{}" }],
    ["with an event of another shape", { body: '[{"portalId":"a"}]' }],
  ])("is refused %s", async (_, change) => {
    await expect(refs(sent(change))).rejects.toMatchObject({ code: "webhook.refused" });
  });

  it("is refused when a byte of it has changed", async () => {
    const request = sent({});
    request.body[2] = 0x20;
    await expect(refs(request)).rejects.toMatchObject({ code: "webhook.refused" });
  });

  it("does not exist without the client secret", async () => {
    await using hubspot = await connected({}, { clientSecret: undefined });
    expect("webhook" in hubspot.source).toBe(false);
  });

  it("comes from the sandbox when an invoice is issued, and not when it is written back to", async () => {
    await using hubspot = await connected();
    const { account, source, at } = hubspot;
    const id = account.draftInvoice({ lines: [] });
    account.finalise(id, { number: "FV/1", date: "2026-02-16" });
    expect(account.events.length).toBeGreaterThan(0);
    const request = account.delivery(url, settings.clientSecret);
    const body = new Uint8Array(await request.arrayBuffer());
    expect(
      await source.webhook?.({ method: "POST", url, headers: request.headers, body, receivedAt: at.now }),
    ).toEqual([{ type: "invoice", id }]);
    await source.check?.();
    account.change("invoices", id, { ksef_number: "X" }, "INTEGRATION");
    expect(account.events).toHaveLength(1);
    const own = account.delivery(url, settings.clientSecret);
    const bytes = new Uint8Array(await own.arrayBuffer());
    expect(
      await source.webhook?.({ method: "POST", url, headers: own.headers, body: bytes, receivedAt: at.now }),
    ).toEqual([]);
  });
});

const vectors = new URL("../../../../shared/vendors/hubspot/signature-vectors.json", import.meta.url);
const sample = new URL(
  "../../../../shared/vendors/hubspot/webhook-contact-creation.sdk-test.json",
  import.meta.url,
);

describe("the vendor's samples", () => {
  it.skipIf(!existsSync(vectors))(
    "are of older signatures, which do not count (skipped without the samples)",
    async () => {
      const { vectors: known } = JSON.parse(readFileSync(vectors, "utf8")) as {
        vectors: { signature: string; requestBody: string; url?: string }[];
      };
      for (const { signature, requestBody, url: at = url } of known) {
        const headers = { "x-hubspot-signature": signature, "x-hubspot-signature-v3": signature };
        await expect(refs(sent({ body: requestBody, at, headers }))).rejects.toMatchObject({
          code: "webhook.refused",
        });
      }
    },
  );

  it.skipIf(!existsSync(sample))("are no invoices (skipped without the samples)", async () => {
    expect(await refs(sent({ body: readFileSync(sample, "utf8") }))).toEqual([]);
  });
});
