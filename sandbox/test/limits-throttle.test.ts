import { Hono } from "hono";
import { beforeEach, describe, expect, it } from "vitest";
import { errorAnswer } from "../src/answer.ts";
import { sandboxClock } from "../src/faults/clock.ts";
import { throttle } from "../src/limits/throttle.ts";
import { createSandbox } from "../src/index.ts";
import { readingLimits } from "../src/invoices/limits.ts";
import { openState, type Operation, type State } from "../src/state.ts";
import { issueToken } from "../src/token.ts";
import { bearer, login } from "./client.ts";
import { virtualClock, type VirtualClock } from "./virtual-clock.ts";

// Source: ksef-docs, limity/limity-api.md, and `GET /rate-limits` of the OpenAPI document.
const groups = [
  ["onlineSession", "POST /sessions/online", 10, 30, 120],
  ["batchSession", "POST /sessions/batch", 10, 20, 60],
  ["invoiceSend", "POST /sessions/online/1/invoices", 10, 30, 180],
  ["invoiceStatus", "GET /sessions/1/invoices/2", 30, 120, 1200],
  ["sessionList", "GET /sessions", 5, 10, 60],
  ["sessionInvoiceList", "GET /sessions/1/invoices", 10, 20, 200],
  ["sessionMisc", "GET /sessions/1", 10, 120, 1200],
  ["invoiceMetadata", "POST /invoices/query/metadata", 8, 16, 20],
  ["invoiceExport", "POST /invoices/exports", 8, 16, 20],
  ["invoiceExportStatus", "GET /invoices/exports/1", 10, 60, 600],
  ["invoiceDownload", "GET /invoices/ksef/1", 8, 16, 64],
  ["collectiveIdentifier", "POST /collective-identifiers", 10, 60, 120],
  ["other", "GET /tokens", 10, 30, 120],
] as const;

let clock: VirtualClock;
let state: State;
let app: Hono;
beforeEach(async () => {
  clock = virtualClock();
  state = await openState({
    clock: sandboxClock(clock),
    processing: {
      acceptedMs: 0,
      processingMs: 0,
      storageMs: 0,
      authenticationMs: 0,
      exportMs: 0,
      grantMs: 0,
    },
    behaviour: { limits: "production", profile: "test", seed: "" },
    readingLimits,
    folder: undefined,
    baseUrl: () => "",
  });
  app = new Hono();
  app.use("/v2/*", throttle(state));
  for (const [method, path] of routes) app.on(method, `/v2${path}`, (c) => c.body(null, 204));
  app.onError((error, c) => errorAnswer(c, error, clock.now()));
});

describe("in any second, minute and hour, requests of the group", () => {
  it.each(groups)("%s (%s) pass as often as KSeF states, and again after Retry-After", async (...row) => {
    const [, line, perSecond, perMinute, perHour] = row;
    // As fast as the smaller windows allow.
    const due = (index: number) =>
      Math.floor(index / perMinute) * 60_000 + Math.floor((index % perMinute) / perSecond) * 1000;
    const windows = [
      { limit: perSecond, ms: 1000, unit: "sekundę", pause: 0 },
      { limit: perMinute, ms: 60_000, unit: "minutę", pause: 1000 },
      { limit: perHour, ms: 3_600_000, unit: "godzinę", pause: 60_000 },
    ];
    for (const [window, { limit, ms, unit, pause }] of windows.entries()) {
      const [patient, hasty] = [client(`${window}`), client(`${window}9`)];
      const start = clock.now();
      for (let index = 0; index < limit; index += 1) {
        clock.pass(start + due(index) - clock.now());
        expect((await patient(line)).status).toBe(204);
        expect((await hasty(line)).status).toBe(204);
      }
      clock.pass(pause);
      const refused = await patient(line);
      expect(refused.status).toBe(429);
      const seconds = (start + ms - clock.now()) / 1000;
      expect(await refused.json()).toEqual({
        status: {
          code: 429,
          description: "Too Many Requests",
          details: [
            `Przekroczono limit ${limit} żądań na ${unit}. Spróbuj ponownie po ${seconds} sekundach.`,
          ],
        },
      });
      expect(refused.headers.get("retry-after")).toBe(String(seconds));
      clock.pass(start + ms - 1 - clock.now());
      expect((await hasty(line)).status).toBe(429);
      clock.pass(1);
      expect((await patient(line)).status).toBe(204);
    }
  });
});

describe("requests are counted", () => {
  it("for each context and address apart, whatever X-Forwarded-For says", async () => {
    const [one, other] = [client("1"), client("2")];
    await times(10, () => one("GET /tokens"));
    expect((await one("GET /tokens", { headers: { "x-forwarded-for": "10.0.0.9" } })).status).toBe(429);
    expect((await one("GET /tokens", { address: "10.0.0.9" })).status).toBe(204);
    expect((await other("GET /tokens")).status).toBe(204);
  });

  it("together in a group, apart for each endpoint without one, whatever its parameters", async () => {
    const one = client("1");
    await times(5, () => one("POST /sessions/online"));
    await times(5, () => one("POST /sessions/online/1/close"));
    expect((await one("POST /sessions/online")).status).toBe(429);
    await times(10, (index) => one(`GET /tokens/${index}`));
    expect((await one("GET /tokens/11")).status).toBe(429);
    expect((await one("DELETE /tokens/11")).status).toBe(204);
    expect((await one("GET /tokens")).status).toBe(204);
  });

  it("by address where no access token is needed, 60 a second", async () => {
    const challenge = (address: string) => request("POST /auth/challenge", { address });
    await times(60, () => challenge("10.0.0.1"));
    const refused = await challenge("10.0.0.1");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
    expect((await challenge("10.0.0.2")).status).toBe(204);
    expect((await request("POST /auth/ksef-token", { address: "10.0.0.1" })).status).toBe(204);
    clock.pass(1000);
    expect((await challenge("10.0.0.1")).status).toBe(204);
  });

  it("only with a good token: others get 401 even while the context is blocked", async () => {
    const one = client("1");
    await times(10, () => one("GET /tokens"));
    expect((await one("GET /tokens")).status).toBe(429);
    for (const headers of [{}, bearer("x.y.z"), bearer(`${await accessToken("1")}x`)])
      expect((await request("GET /tokens", { headers })).status).toBe(401);
  });
});

describe("a block", () => {
  it("grows with each request made during it, by the time in which one more would be let through", async () => {
    const one = client("1");
    const retryAfter = async () => Number((await one("GET /sessions")).headers.get("retry-after"));
    await times(5, () => one("GET /sessions"));
    clock.pass(1000);
    await times(5, () => one("GET /sessions"));
    clock.pass(1000);
    // Ten a minute: six seconds for each.
    expect([await retryAfter(), await retryAfter(), await retryAfter()]).toEqual([58, 64, 70]);
    clock.pass(69_999);
    expect(await retryAfter()).toBe(7);
    clock.pass(7000);
    expect((await one("GET /sessions")).status).toBe(204);
  });

  it("ends within an hour from the last request, and what was refused does not count in the windows", async () => {
    const one = client("1");
    await times(8, () => one("POST /invoices/exports"));
    clock.pass(1000);
    await times(8, () => one("POST /invoices/exports"));
    for (let index = 0; index < 2000; index += 1) await one("POST /invoices/exports");
    expect((await one("POST /invoices/exports")).headers.get("retry-after")).toBe("3600");
    clock.pass(3_600_000);
    await times(8, () => one("POST /invoices/exports"));
  });

  it("ends when the clock is set back to before it", async () => {
    const one = client("1");
    await times(5, () => one("GET /sessions"));
    expect((await one("GET /sessions")).status).toBe(429);
    clock.pass(-1);
    await times(5, () => one("GET /sessions"));
    expect((await one("GET /sessions")).headers.get("retry-after")).toBe("1");
  });
});

describe("the sandbox", () => {
  it("answers 429 as problem details when asked to", async () => {
    const sandbox = await createSandbox({ clock });
    const one = await login(sandbox, await sandbox.company("5265877635"));
    for (let index = 0; index < 10; index += 1) expect((await one.call("GET", "/tokens")).status).toBe(200);
    const answer = await one.call("GET", "/tokens", undefined, { "x-error-format": "problem-details" });
    expect(answer).toMatchObject({ status: 429, type: "application/problem+json" });
    expect(answer.headers.get("retry-after")).toBe("1");
    expect(answer.json).toEqual({
      title: "Too Many Requests",
      status: 429,
      instance: "/v2/tokens",
      detail: "Przekroczono limit 10 żądań na sekundę. Spróbuj ponownie po 1 sekundach.",
      timestamp: "2026-03-02T11:00:00.000+00:00",
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it("does not limit links to storage, paths it does not know, or anything with limits off", async () => {
    const sandbox = await createSandbox({ clock });
    const open = await createSandbox({ clock, limits: "off" });
    for (let index = 0; index < 100; index += 1) {
      expect((await sandbox.app.request("/storage/nothing")).status).toBe(404);
      expect((await sandbox.app.request("/v2/nowhere")).status).toBe(404);
      expect((await open.app.request("/v2/auth/challenge", { method: "POST" })).status).toBe(200);
    }
  });
});

const routes = [
  ...groups.map(([, line]) => line.replaceAll(/\d/g, ":number").split(" ") as [string, string]),
  ["POST", "/sessions/online/:number/close"],
  ["GET", "/tokens/:number"],
  ["DELETE", "/tokens/:number"],
  ["POST", "/auth/challenge"],
  ["POST", "/auth/ksef-token"],
] as [string, string][];

interface RequestOptions {
  address?: string;
  headers?: Record<string, string>;
}

async function request(line: string, { address = "10.0.0.1", headers = {} }: RequestOptions = {}) {
  const [method = "", path = ""] = line.split(" ");
  const env = { incoming: { socket: { remoteAddress: address } } };
  return app.request(`/v2${path}`, { method, headers }, env);
}

/** Somebody logged in to the context of this number. */
function client(context: string) {
  let [token, issuedAt] = ["", -Infinity];
  return async (line: string, { address, headers }: RequestOptions = {}) => {
    // An access token lives for 15 minutes.
    if (clock.now() - issuedAt > 600_000) [token, issuedAt] = [await accessToken(context), clock.now()];
    return request(line, { ...(address && { address }), headers: { ...bearer(token), ...headers } });
  };
}

async function accessToken(context: string): Promise<string> {
  const operation: Operation = {
    referenceNumber: context,
    context: { type: "Nip", value: context },
    nip: context,
    method: "Token",
    startedAt: clock.now(),
    verdict: { code: 200, description: "" },
    proof: { tokenReferenceNumber: "" },
  };
  state.operations.set(context, operation);
  return (await issueToken(state, "access", operation)).token;
}

/** Makes the request so many times; every one has to pass. */
async function times(count: number, make: (index: number) => Promise<Response>): Promise<void> {
  for (let index = 0; index < count; index += 1) expect((await make(index)).status).toBe(204);
}
