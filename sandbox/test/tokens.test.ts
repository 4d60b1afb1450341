import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Company, type Sandbox } from "../src/index.ts";
import { bearer, call, exceptionCode, login, requestTokenLogin, type Answer, type Client } from "./client.ts";
import { loginStatus, nip, personCertificate, redeem, signIn } from "./signed-login.ts";
import { virtualClock } from "./virtual-clock.ts";

const clock = virtualClock();
let sandbox: Sandbox;
let company: Company;
let owner: Client;

beforeAll(async () => {
  sandbox = await createSandbox({ clock, limits: "off" });
  company = await sandbox.company("5265877635");
  owner = await signIn(sandbox, company, { context: nip(company.nip) });
});

describe("a new KSeF token", () => {
  it("is pending and does not log in, then active and logs in with its own permissions only", async () => {
    const token = await generate(["InvoiceRead"]);
    expect(token.referenceNumber).toMatch(/^20260302-EC-/);
    expect(token.token).toMatch(new RegExp(`^${token.referenceNumber}\\|nip-5265877635\\|[0-9a-f]{64}$`));
    expect(await status(token)).toBe("Pending");
    expect(await outcome(await start(token))).toEqual([450, "Token nieaktywny"]);
    clock.pass(100);
    expect(await status(token)).toBe("Active");

    const client = await redeem(sandbox, await start(token));
    const refused = await client.call("POST", "/sessions/online", {});
    expect([refused.status, refused.type]).toEqual([403, "application/problem+json"]);
    expect(refused.json).toMatchObject({
      title: "Forbidden",
      status: 403,
      reasonCode: "missing-permissions",
      security: { presentPermissions: ["InvoiceRead"] },
    });
    expect((await client.call("GET", `/tokens/${token.referenceNumber}`)).json).toMatchObject({
      lastUseDate: "2026-03-02T11:00:00.100+00:00",
      requestedPermissions: ["InvoiceRead"],
      authorIdentifier: { type: "Nip", value: company.nip },
      contextIdentifier: { type: "Nip", value: company.nip },
    });
  });

  it("gets no permission its author lacks, no context but Nip and InternalId, no login by token", async () => {
    const lacking = await owner.call("POST", "/tokens", request(["EnforcementOperations"]));
    expect(exceptionCode(lacking)).toBe(26001);
    const byToken = await login(sandbox, company);
    const refused = await byToken.call("POST", "/tokens", request(["InvoiceRead"]));
    expect(refused.status).toBe(403);
    expect(refused.json).toMatchObject({
      reasonCode: "auth-method-not-allowed",
      security: { authenticationMethodCategory: "Token" },
    });
    expect(exceptionCode(await owner.call("POST", "/tokens", request([])))).toBe(21405);
    const short = { permissions: ["InvoiceRead"], description: "Opis" };
    expect(exceptionCode(await owner.call("POST", "/tokens", short))).toBe(21405);
    expect((await call(sandbox, "POST", "/tokens", request(["InvoiceRead"]))).status).toBe(401);
  });

  it("can do no more than its author still may", async () => {
    const person = await personCertificate(clock, "PNOPL-30112206276");
    await grant("30112206276", ["InvoiceRead", "InvoiceWrite"]);
    const author = await signIn(sandbox, person, { context: nip(company.nip) });
    const body = request(["InvoiceRead", "InvoiceWrite"]);
    const token = (await author.call("POST", "/tokens", body)).json as unknown as Made;
    clock.pass(100);
    expect(await outcome(await start(token))).toEqual([200]);
    await call(sandbox, "POST", "/testdata/permissions/revoke", parties("30112206276"));
    expect(await outcome(await start(token))).toEqual([415, "Brak przypisanych uprawnień"]);
  });
});

describe("a revoked KSeF token", () => {
  it("logs in no more, and refreshes no more", async () => {
    const token = await generate(["InvoiceRead"]);
    clock.pass(100);
    const started = await start(token);
    const headers = bearer(started.json.authenticationToken.token);
    const { refreshToken } = (await call(sandbox, "POST", "/auth/token/redeem", undefined, headers)).json;
    expect((await owner.call("DELETE", `/tokens/${token.referenceNumber}`)).status).toBe(204);
    expect(await status(token)).toBe("Revoked");
    expect(await outcome(await start(token))).toEqual([450, "Token unieważniony"]);
    const refresh = await call(sandbox, "POST", "/auth/token/refresh", undefined, bearer(refreshToken.token));
    expect(exceptionCode(refresh)).toBe(21301);
    expect(refresh.text).toContain("Token KSeF został unieważniony.");
  });

  it("may be the one that was used to log in, or the company's own, but not another's", async () => {
    const mine = await generate(["InvoiceRead"]);
    const other = await generate(["InvoiceRead"]);
    clock.pass(100);
    const client = await redeem(sandbox, await start(mine));
    const foreign = await client.call("DELETE", `/tokens/${other.referenceNumber}`);
    expect(foreign.status).toBe(403);
    expect(foreign.json).toMatchObject({ reasonCode: "insufficient-resource-access" });
    expect((await client.call("GET", `/tokens/${other.referenceNumber}`)).status).toBe(403);
    expect((await client.call("DELETE", `/tokens/${mine.referenceNumber}`)).status).toBe(204);

    const disposable = await sandbox.company("9999999999");
    const itself = await login(sandbox, disposable);
    const path = `/tokens/${disposable.tokenReferenceNumber}`;
    expect((await itself.call("DELETE", path)).status).toBe(204);
    expect(await outcome(await requestTokenLogin(sandbox, disposable))).toEqual([450, "Token unieważniony"]);
  });
});

describe("the list of KSeF tokens", () => {
  it("has those of the context, latest first, by status, description and author, page by page", async () => {
    const other = await sandbox.company("1111111111");
    const client = await signIn(sandbox, other, { context: nip(other.nip) });
    for (let number = 1; number <= 12; number += 1) {
      const body = { permissions: ["InvoiceRead"], description: `Token numer ${number}` };
      await client.call("POST", "/tokens", body);
    }
    const first = (await client.call("GET", "/tokens")).json;
    expect(tokens(first)).toHaveLength(10);
    expect(tokens(first)[0]).toMatchObject({ description: "Token numer 12", status: "Pending" });
    const headers = { "x-continuation-token": first.continuationToken! };
    const second = (await client.call("GET", "/tokens", undefined, headers)).json;
    expect(tokens(second).map(({ description }) => description)).toEqual([
      "Token numer 2",
      "Token numer 1",
      "Token firmy",
    ]);
    expect(second.continuationToken).toBeNull();
    const found = async (query: string) => tokens((await client.call("GET", `/tokens?${query}`)).json).length;
    expect(await found("description=NUMER%2011")).toBe(1);
    expect(await found("status=Active&status=Revoked")).toBe(1);
    expect(await found("authorIdentifierType=Pesel")).toBe(0);
    expect(await found("authorIdentifier=1111111111&pageSize=100")).toBe(13);
    expect(exceptionCode(await client.call("GET", "/tokens?description=ab"))).toBe(21405);
    expect(exceptionCode(await client.call("GET", "/tokens?pageSize=101"))).toBe(21405);
    const foreign = await client.call("GET", "/tokens", undefined, { "x-continuation-token": "eHh4" });
    expect(exceptionCode(foreign)).toBe(21418);
  });

  it("shows a login without CredentialsRead its own only", async () => {
    const person = await personCertificate(clock, "PNOPL-38092277125");
    await grant("38092277125", ["InvoiceWrite"]);
    const client = await signIn(sandbox, person, { context: nip(company.nip) });
    expect(tokens((await client.call("GET", "/tokens")).json)).toEqual([]);
    await client.call("POST", "/tokens", request(["InvoiceWrite"]));
    expect(tokens((await client.call("GET", "/tokens")).json)).toHaveLength(1);
    expect(tokens((await owner.call("GET", "/tokens")).json).length).toBeGreaterThan(1);
    expect((await client.call("GET", `/tokens/${company.tokenReferenceNumber}`)).status).toBe(403);
  });
});

it("KSeF tokens and their revocation outlive a restart", async () => {
  const data = mkdtempSync(join(tmpdir(), "sandbox-tokens-"));
  const before = await createSandbox({ clock, data });
  const made = await before.company("5265877635");
  const client = await signIn(before, made, { context: nip(made.nip) });
  const token = (await client.call("POST", "/tokens", request(["InvoiceRead"]))).json as unknown as Made;
  clock.pass(100);
  await client.call("DELETE", `/tokens/${made.tokenReferenceNumber}`);
  await before.close();

  const after = await createSandbox({ clock, data });
  const credentials = { nip: made.nip, ksefToken: token.token };
  expect(await loginStatus(after, await requestTokenLogin(after, credentials))).toEqual([200]);
  expect(await loginStatus(after, await requestTokenLogin(after, made))).toEqual([450, "Token unieważniony"]);
  await after.close();
  rmSync(data, { recursive: true });
});

interface Made {
  referenceNumber: string;
  token: string;
}

const request = (permissions: string[]) => ({ permissions, description: "Token do testów" });

async function generate(permissions: string[]): Promise<Made> {
  const answer = await owner.call("POST", "/tokens", request(permissions));
  expect(answer.status).toBe(202);
  return answer.json as unknown as Made;
}

const start = ({ token }: { token: string }): Promise<Answer> =>
  requestTokenLogin(sandbox, { nip: company.nip, ksefToken: token });

const outcome = (started: Answer) => loginStatus(sandbox, started);

async function status({ referenceNumber }: Made): Promise<unknown> {
  return (await owner.call("GET", `/tokens/${referenceNumber}`)).json.status;
}

const tokens = (json: unknown) => (json as { tokens: { description: string; status: string }[] }).tokens;

const parties = (pesel: string) => ({
  contextIdentifier: { type: "Nip", value: company.nip },
  authorizedIdentifier: { type: "Pesel", value: pesel },
});

async function grant(pesel: string, permissions: string[]): Promise<void> {
  const listed = permissions.map((permissionType) => ({
    permissionType,
    description: "Uprawnienie do testów",
  }));
  await call(sandbox, "POST", "/testdata/permissions", { ...parties(pesel), permissions: listed });
}
