import { beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Company, type Sandbox } from "../src/index.ts";
import {
  bearer,
  call,
  exceptionCode,
  login,
  requestTokenLogin,
  type Client,
  type TokenBody,
} from "./client.ts";
import { nip, redeem, signIn, startSigned } from "./signed-login.ts";
import { virtualClock } from "./virtual-clock.ts";

const clock = virtualClock();
const day = 86_400_000;
let sandbox: Sandbox;
let company: Company;

beforeAll(async () => {
  sandbox = await createSandbox({ clock });
  company = await sandbox.company("5265877635");
});

describe("the list of authentication sessions", () => {
  it("has the logins whose refresh token still works, latest first", async () => {
    const first = await signIn(sandbox, company, { context: nip(company.nip) });
    await startSigned(sandbox, company, { context: nip(company.nip) });
    clock.pass(60_000);
    const second = await login(sandbox, company);
    const [latest, earlier, ...more] = await list(second);
    expect(more).toEqual([]);
    expect(latest).toEqual({
      referenceNumber: expect.stringMatching(/^20260302-AU-/),
      isCurrent: true,
      startDate: "2026-03-02T11:01:00.000+00:00",
      authenticationMethod: "Token",
      authenticationMethodInfo: { category: "Token", code: "token.ksef", displayName: "Token KSeF" },
      status: { code: 200, description: "Uwierzytelnianie zakończone sukcesem" },
      isTokenRedeemed: true,
      refreshTokenValidUntil: "2026-03-09T11:01:00.000+00:00",
    });
    expect(earlier).toMatchObject({
      isCurrent: false,
      authenticationMethod: "QualifiedSeal",
      authenticationMethodInfo: { category: "XadesSignature", code: "xades.qualified-seal" },
    });
    expect((await list(first))[1]).toMatchObject({ isCurrent: true });
    clock.pass(7 * day);
    expect(await list(await login(sandbox, company))).toHaveLength(1);
  });

  it("comes page by page", async () => {
    const client = await login(sandbox, await sandbox.company("1111111111"));
    for (let count = 0; count < 11; count += 1) await login(sandbox, await sandbox.company("1111111111"));
    const first = (await client.call("GET", "/auth/sessions?pageSize=10")).json;
    expect(items(first)).toHaveLength(10);
    const headers = { "x-continuation-token": first.continuationToken! };
    const second = (await client.call("GET", "/auth/sessions?pageSize=10", undefined, headers)).json;
    expect(items(second).map(({ isCurrent }) => isCurrent)).toEqual([false, true]);
    expect(second.continuationToken).toBeNull();
    const wrong = { "x-continuation-token": "other" };
    expect(exceptionCode(await client.call("GET", "/auth/sessions", undefined, wrong))).toBe(21418);
    expect(exceptionCode(await client.call("GET", "/auth/sessions?pageSize=101"))).toBe(21405);
  });
});

describe("revoking an authentication session", () => {
  it("stops its refresh token, while its access token lives on", async () => {
    const client = await login(sandbox, company);
    const { accessToken, refreshToken, referenceNumber } = await tokens();
    expect((await client.call("DELETE", `/auth/sessions/${referenceNumber}`)).status).toBe(204);
    const refreshed = await call(
      sandbox,
      "POST",
      "/auth/token/refresh",
      undefined,
      bearer(refreshToken.token),
    );
    expect(exceptionCode(refreshed)).toBe(21301);
    expect(refreshed.text).toContain("Status uwierzytelniania (425)");
    expect((await list(client)).map((session) => session.referenceNumber)).not.toContain(referenceNumber);
    const access = bearer(accessToken.token);
    expect((await call(sandbox, "GET", "/auth/sessions", undefined, access)).status).toBe(200);
  });

  it("works for the current one with a refresh token too", async () => {
    const { refreshToken } = await tokens();
    const headers = bearer(refreshToken.token);
    expect((await call(sandbox, "DELETE", "/auth/sessions/current", undefined, headers)).status).toBe(204);
    expect(exceptionCode(await call(sandbox, "POST", "/auth/token/refresh", undefined, headers))).toBe(21301);
  });

  it("is refused for another's session, an unknown one, and without a token", async () => {
    const { referenceNumber } = await tokens();
    const stranger = await login(sandbox, await sandbox.company("9999999999"));
    const unknown = "20260302-AU-0000000000-0000000000-00";
    for (const number of [referenceNumber, unknown]) {
      const refused = await stranger.call("DELETE", `/auth/sessions/${number}`);
      expect(refused.status).toBe(403);
      expect(refused.json).toMatchObject({ reasonCode: "insufficient-resource-access" });
    }
    expect(exceptionCode(await stranger.call("DELETE", "/auth/sessions/short"))).toBe(21405);
    expect((await call(sandbox, "GET", "/auth/sessions")).status).toBe(401);
  });
});

it("a login can be asked about for seven days, then it is 410", async () => {
  const { referenceNumber } = await tokens();
  clock.pass(7 * day + 1);
  const { authenticationToken } = (await requestTokenLogin(sandbox, company)).json;
  const headers = bearer(authenticationToken.token);
  const gone = await call(sandbox, "GET", `/auth/${referenceNumber}`, undefined, headers);
  expect([gone.status, gone.type]).toEqual([410, "application/problem+json"]);
  expect(gone.json).toMatchObject({
    title: "Gone",
    status: 410,
    detail: "Operacja wygasła i nie jest już dostępna.",
    instance: `/v2/auth/${referenceNumber}`,
  });
});

it("tokens of one login are not those of another kind", async () => {
  const started = await requestTokenLogin(sandbox, company);
  const { token } = started.json.authenticationToken;
  expect((await call(sandbox, "GET", "/auth/sessions", undefined, bearer(token))).status).toBe(401);
  const client = await redeem(sandbox, started);
  const headers = bearer(client.token);
  expect((await call(sandbox, "POST", "/auth/token/refresh", undefined, headers)).status).toBe(401);
});

interface Item {
  referenceNumber: string;
  isCurrent: boolean;
}

const items = (json: unknown): Item[] => (json as { items: Item[] }).items;

async function list(client: Client): Promise<Item[]> {
  return items((await client.call("GET", "/auth/sessions")).json);
}

async function tokens(): Promise<{
  accessToken: TokenBody;
  refreshToken: TokenBody;
  referenceNumber: string;
}> {
  const { referenceNumber, authenticationToken } = (await requestTokenLogin(sandbox, company)).json;
  const headers = bearer(authenticationToken.token);
  const { json } = await call(sandbox, "POST", "/auth/token/redeem", undefined, headers);
  return { ...json, referenceNumber };
}
