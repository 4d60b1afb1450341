import { X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import type { IssuedCertificate } from "../src/certificate.ts";
import { createSandbox, type Company, type Sandbox } from "../src/index.ts";
import { bearer, call, exceptionCode, requestTokenLogin, type Answer, type Client } from "./client.ts";
import {
  certificate,
  loginStatus,
  nip,
  personCertificate,
  redeem,
  signIn,
  startSigned,
  type SignedRequest,
} from "./signed-login.ts";
import { virtualClock } from "./virtual-clock.ts";

const clock = virtualClock();
let sandbox: Sandbox;
let company: Company;

beforeAll(async () => {
  sandbox = await createSandbox({ clock, limits: "off" });
  company = await sandbox.company("5265877635");
});

describe("an accountant with a PESEL certificate", () => {
  let accountant: IssuedCertificate;
  beforeAll(async () => {
    accountant = await personCertificate(clock, "PNOPL-15062788702");
  });

  it("gets in once something is granted, and may do that and no more", async () => {
    expect(await outcome(accountant)).toEqual([415, "Brak przypisanych uprawnień"]);
    await grant("Pesel", "15062788702", "InvoiceWrite");
    const client = await signIn(sandbox, accountant, { context: nip(company.nip) });
    expect((await client.open()).reference).toMatch(/^20260302-SO-/);
    const refused = await client.call("POST", "/permissions/query/persons/grants", persons);
    expect(refused.status).toBe(403);
    expect(refused.type).toBe("application/problem+json");
    expect(refused.json).toEqual({
      title: "Forbidden",
      status: 403,
      detail: "Brak wymaganych uprawnień do wykonania operacji w bieżącym kontekście.",
      instance: "/v2/permissions/query/persons/grants",
      reasonCode: "missing-permissions",
      security: {
        requiredAnyOfPermissions: ["CredentialsManage", "CredentialsRead", "SubunitManage"],
        presentPermissions: ["InvoiceWrite"],
      },
      timestamp: "2026-03-02T11:00:00.000+00:00",
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it("keeps an access token until it expires, but a refreshed one has what is granted now", async () => {
    const { accessToken, refreshToken } = await tokens(await startSigned(sandbox, accountant, here));
    await grant("Pesel", "15062788702", "CredentialsRead");
    const query = (token: string) =>
      call(sandbox, "POST", "/permissions/query/persons/grants", persons, bearer(token));
    expect((await query(accessToken.token)).status).toBe(403);
    const refreshed = (await refresh(refreshToken.token)).json;
    expect((await query(refreshed.accessToken.token)).status).toBe(200);

    await call(sandbox, "POST", "/testdata/permissions/revoke", parties("Pesel", "15062788702"));
    expect((await query(refreshed.accessToken.token)).status).toBe(200);
    const gone = await refresh(refreshToken.token);
    expect(exceptionCode(gone)).toBe(21301);
    expect(gone.text).toContain("Status uwierzytelniania (415)");
    expect(await outcome(accountant)).toEqual([415, "Brak przypisanych uprawnień"]);
  });
});

describe("who a certificate stands for", () => {
  it.each(["TINPL-7980332920", "NIP-7980332920"])("is the NIP of a person: %s", async (serialNumber) => {
    const person = await personCertificate(clock, serialNumber);
    expect(await outcome(person, { context: nip("7980332920") })).toEqual([200]);
    expect((await outcome(person))[0]).toBe(415);
  });

  it("is nobody when the subject has no number (21406); its fingerprint can be granted to", async () => {
    const person = await personCertificate(clock);
    expect(exceptionCode(await startSigned(sandbox, person, here))).toBe(21406);
    const byFingerprint = { ...here, type: "certificateFingerprint" };
    expect((await outcome(person, byFingerprint))[0]).toBe(415);
    await grant("Fingerprint", fingerprint(person), "InvoiceRead");
    expect(await outcome(person, byFingerprint)).toEqual([200]);
  });

  it.each([
    ["a person without a surname", "C=PL, 2.5.4.42=Osoba, 2.5.4.5=PNOPL-15062788702, CN=Osoba"],
    ["a seal without its organization's name", "C=PL, 2.5.4.97=VATPL-5265877635, CN=Firma"],
    ["a seal with a surname", "C=PL, O=Firma, 2.5.4.4=Testowa, 2.5.4.97=VATPL-5265877635, CN=Firma"],
  ])("is nobody when the certificate is not as KSeF demands (21115): %s", async (_, subject) => {
    expect(exceptionCode(await startSigned(sandbox, await certificate(clock, subject), here))).toBe(21115);
  });

  it("is a Peppol provider by the common name of its seal, in its own context only", async () => {
    const seal = await certificate(clock, "C=PL, O=Dostawca, 2.5.4.97=PPL000001, CN=PPL000001");
    const own = { context: "<PeppolId>PPL000001</PeppolId>" };
    const started = await startSigned(sandbox, seal, own);
    expect(await loginStatus(sandbox, started)).toEqual([200]);
    expect((await outcome(seal, { context: "<PeppolId>PPL000002</PeppolId>" }))[0]).toBe(415);
    expect(exceptionCode(await startSigned(sandbox, seal, here))).toBe(21117);
    expect(exceptionCode(await startSigned(sandbox, company, own))).toBe(21117);
    const token = await (
      await redeem(sandbox, started)
    ).call("POST", "/tokens", {
      permissions: ["InvoiceRead"],
      description: "Token dostawcy",
    });
    expect(exceptionCode(token)).toBe(26002);
    const { peppolProviders, hasMore } = (await call(sandbox, "GET", "/peppol/query")).json as unknown as {
      peppolProviders: unknown[];
      hasMore: boolean;
    };
    expect(peppolProviders).toEqual([
      { id: "PPL000001", name: "Dostawca", dateCreated: "2026-03-02T11:00:00.000+00:00" },
    ]);
    expect(hasMore).toBe(false);
  });

  it("is not believed when the chain must be verified", async () => {
    const query = "?verifyCertificateChain=true";
    expect(await outcome(company, { ...here, query })).toEqual([460, "Niezaufany łańcuch certyfikatów"]);
  });
});

describe("the addresses a login allows", () => {
  it.each([
    "<Ip4Address>127.0.0.1</Ip4Address>",
    "<Ip4Range>127.0.0.0-127.0.0.9</Ip4Range>",
    "<Ip4Mask>127.0.0.0/8</Ip4Mask>",
  ])("include this one: %s", async (entry) => {
    const client = await signIn(sandbox, company, { ...here, policy: policy(entry) });
    expect(await sessions(client)).toHaveProperty("sessions");
  });

  it("do not include this one", async () => {
    const entry = "<Ip4Address>192.168.0.1</Ip4Address><Ip4Mask>10.0.0.0/8</Ip4Mask>";
    const signed = await signIn(sandbox, company, { ...here, policy: policy(entry) });
    const authorizationPolicy = { allowedIps: { ip4Ranges: ["10.0.0.1-10.0.0.254"] } };
    const byToken = await redeem(sandbox, await requestTokenLogin(sandbox, company, { authorizationPolicy }));
    for (const client of [signed, byToken])
      expect(await sessions(client)).toMatchObject({
        status: 403,
        reasonCode: "ip-not-allowed",
        security: { clientIp: "127.0.0.1" },
      });
  });

  it.each([
    "<Ip4Address>256.0.0.1</Ip4Address>",
    "<Ip4Mask>10.0.0.0/33</Ip4Mask>",
    "<Ip4Mask>10.0.0.0/8</Ip4Mask><Ip4Address>10.0.0.1</Ip4Address>",
    "<Ip4Address>10.0.0.1</Ip4Address>".repeat(11),
  ])("are checked by the schema: %s", async (entries) => {
    const request = { ...here, policy: policy(entries) };
    expect(exceptionCode(await startSigned(sandbox, company, request))).toBe(21401);
    const wrong = { authorizationPolicy: { allowedIps: { ip4Addresses: ["256.0.0.1"] } } };
    expect(exceptionCode(await requestTokenLogin(sandbox, company, wrong))).toBe(21405);
  });
});

describe("a context", () => {
  it.each([
    "<Nip>0265877635</Nip>",
    "<InternalId>5265877635-1234</InternalId>",
    "<NipVatUe>5265877635-PL12345678</NipVatUe>",
    "<PeppolId>12345</PeppolId>",
    "<Pesel>15062788702</Pesel>",
  ])("is checked by the schema: %s", async (context) => {
    expect(exceptionCode(await startSigned(sandbox, company, { context }))).toBe(21401);
  });

  it.each(["<InternalId>5265877635-12345</InternalId>", "<NipVatUe>5265877635-ATU12345678</NipVatUe>"])(
    "of a part of the company is not its owner's: %s",
    async (context) => {
      expect(await outcome(company, { context })).toEqual([415, "Brak przypisanych uprawnień"]);
    },
  );
});

const policy = (entries: string): string =>
  `<AuthorizationPolicy><AllowedIps>${entries}</AllowedIps></AuthorizationPolicy>`;

const sessions = async (client: Client): Promise<unknown> =>
  (await client.call("GET", "/sessions?sessionType=Online")).json;

const here: SignedRequest = { context: nip("5265877635") };
const persons = { queryType: "PermissionsInCurrentContext" };

async function outcome(signer: IssuedCertificate, request = here): Promise<(number | string)[]> {
  return loginStatus(sandbox, await startSigned(sandbox, signer, request));
}

async function tokens(started: Answer) {
  const headers = bearer(started.json.authenticationToken.token);
  return (await call(sandbox, "POST", "/auth/token/redeem", undefined, headers)).json;
}

const refresh = (token: string): Promise<Answer> =>
  call(sandbox, "POST", "/auth/token/refresh", undefined, bearer(token));

const parties = (type: string, value: string) => ({
  contextIdentifier: { type: "Nip", value: "5265877635" },
  authorizedIdentifier: { type, value },
});

async function grant(type: string, value: string, ...granted: string[]): Promise<void> {
  const permissions = granted.map((permissionType) => ({ permissionType, description: "Uprawnienie" }));
  const answer = await call(sandbox, "POST", "/testdata/permissions", {
    ...parties(type, value),
    permissions,
  });
  expect(answer.status).toBe(200);
}

const fingerprint = ({ certificatePem }: IssuedCertificate): string =>
  new X509Certificate(certificatePem).fingerprint256.replaceAll(":", "");
