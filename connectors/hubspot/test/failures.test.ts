import { inspect } from "node:util";
import { HubError, toHubError } from "@ksef-hub/core";
import { describe, expect, it } from "vitest";
import { connector } from "../src/index.ts";
import { testHost } from "./host.ts";
import { connected, served, settings } from "./serve.ts";

async function failure(work: Promise<unknown> | undefined): Promise<HubError> {
  try {
    await work;
  } catch (thrown) {
    return toHubError(thrown);
  }
  throw new Error("It did not fail.");
}

/** What a call comes to when HubSpot answers like this. */
async function failureOf(answer: () => Response): Promise<HubError> {
  await using server = await served(answer);
  const config = connector.config.parse({ ...settings, baseUrl: server.baseUrl });
  return await failure(connector.connect(config, testHost().host).fetch({ type: "invoice", id: "1" }));
}

describe("a failing call", () => {
  it.each([
    [400, "vendor.refused"],
    [401, "vendor.unauthorized"],
    [403, "vendor.forbidden"],
    [409, "vendor.conflict"],
    [500, "vendor.unavailable"],
    [503, "vendor.unavailable"],
  ])("with %d is %s", async (status, code) => {
    const error = await failureOf(() => Response.json({ status: "error", message: "Says why." }, { status }));
    expect(error).toMatchObject({ code, upstream: { status, description: "Says why." } });
  });

  it("that has no JSON is told by its status", async () => {
    const html = { "content-type": "text/html" };
    const error = await failureOf(() => new Response("<h1>Bad Gateway</h1>", { status: 502, headers: html }));
    expect(error).toMatchObject({ code: "vendor.unavailable", upstream: { status: 502 } });
  });

  it("that nobody answers is unreachable", async () => {
    const server = await served(() => new Response());
    await server[Symbol.asyncDispose]();
    const config = connector.config.parse({ ...settings, baseUrl: server.baseUrl });
    const error = await failure(
      connector.connect(config, testHost().host).fetch({ type: "invoice", id: "1" }),
    );
    expect(error.code).toBe("vendor.unreachable");
  });

  it("ends when the host gives it up", async () => {
    const { host, stop } = testHost();
    await using server = await served(() => {
      stop.abort();
      return new Promise<Response>(() => {});
    });
    const config = connector.config.parse({ ...settings, baseUrl: server.baseUrl });
    const error = await failure(connector.connect(config, host).fetch({ type: "invoice", id: "1" }));
    expect(error.code).toBe("vendor.unreachable");
  });

  it("never shows the token", async () => {
    const error = await failureOf(() => Response.json({ message: "No." }, { status: 401 }));
    expect(inspect(error, { depth: 9 })).not.toContain(settings.accessToken);
    // One that was copied with a line break can't be sent, and what refuses to send it would show it.
    await using hubspot = await connected({}, { accessToken: "pat-eu1-\ntest" });
    const unsent = await failure(hubspot.source.fetch({ type: "invoice", id: "1" }));
    expect(unsent.code).toBe("vendor.unreachable");
    expect(inspect(unsent, { depth: 9 })).not.toContain("pat-eu1");
    expect(JSON.stringify(hubspot.config) + inspect(hubspot.config)).not.toMatch(/pat-eu1|yyyyyyyy/);
  });
});

describe("the limits", () => {
  it("of ten seconds are waited for as long as HubSpot says", async () => {
    await using hubspot = await connected({ limits: { tenSeconds: 1 } });
    const { source, at } = hubspot;
    expect(await source.fetch({ type: "invoice", id: "1" })).toBeUndefined();
    expect(await failure(source.fetch({ type: "invoice", id: "1" }))).toMatchObject({
      code: "vendor.rate-limited",
      retryAfterMs: 7_000,
    });
    at.now += 10_000;
    expect(await source.fetch({ type: "invoice", id: "1" })).toBeUndefined();
  });

  it("of searches are over in a second", async () => {
    await using hubspot = await connected({ limits: { searchesASecond: 0 } });
    const next = hubspot.source.poll?.(undefined)[Symbol.asyncIterator]().next();
    expect(await failure(next)).toMatchObject({ code: "vendor.rate-limited", retryAfterMs: 1_000 });
  });

  it("of a day are told apart, and asked for each hour", async () => {
    await using hubspot = await connected({ limits: { day: 0 } });
    const error = await failure(hubspot.source.fetch({ type: "invoice", id: "1" }));
    expect(error).toMatchObject({ code: "vendor.rate-limited", retryAfterMs: 3_600_000 });
    expect(error.message).toContain("daily limit");
  });
});

describe("the check of a connection", () => {
  it("makes the properties once, and those that were missing", async () => {
    await using hubspot = await connected();
    const { account, source, calls } = hubspot;
    await source.check?.();
    expect([...account.properties.keys()]).toEqual([
      "ksef_number",
      "ksef_status",
      "ksef_accepted_at",
      "ksef_upo_url",
      "ksef_upo_file",
      "ksef_error",
      "ksef_corrects_invoice",
      "ksef_correction_reason",
      "ksef_original_date",
      "ksef_original_number",
    ]);
    expect(account.properties.get("ksef_upo_file")).toMatchObject({
      type: "string",
      fieldType: "file",
      groupName: "ksef",
    });
    account.properties.delete("ksef_error");
    calls.length = 0;
    // The group is there already: that is as it should be.
    await source.check?.();
    expect(account.properties.has("ksef_error")).toBe(true);
    expect(calls.filter((call) => call === "POST /crm/v3/properties/invoices")).toHaveLength(1);
  });

  it("refuses the token of another account", async () => {
    await using hubspot = await connected({ portalId: 1 });
    expect(await failure(hubspot.source.check?.())).toMatchObject({ code: "hub.config" });
  });

  it("refuses a token that HubSpot does not know", async () => {
    await using hubspot = await connected({ token: "another" });
    expect(await failure(hubspot.source.check?.())).toMatchObject({ code: "vendor.unauthorized" });
  });

  it("works with the token of a login", async () => {
    await using hubspot = await connected({ token: "login-token" }, { accessToken: undefined });
    await hubspot.source.check?.();
    expect(hubspot.account.groups.size).toBe(1);
  });
});
