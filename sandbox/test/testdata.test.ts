import { beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Company, type Sandbox } from "../src/index.ts";
import { bearer, call, exceptionCode, login, requestTokenLogin, type Answer, type Client } from "./client.ts";
import { loginStatus, nip, personCertificate, signIn, startSigned } from "./signed-login.ts";
import { virtualClock } from "./virtual-clock.ts";

const clock = virtualClock();
let sandbox: Sandbox;
let company: Company;
let owner: Client;

beforeAll(async () => {
  sandbox = await createSandbox({ clock, limits: "off" });
  company = await sandbox.company("5265877635");
  owner = await login(sandbox, company);
});

describe("a test person", () => {
  const person = { nip: "7980332920", pesel: "30112206276", isBailiff: true, description: "Komornik" };

  it("owns its company by PESEL, and enforces as a bailiff", async () => {
    expect((await post("person", person)).status).toBe(200);
    const signer = await personCertificate(clock, `PNOPL-${person.pesel}`);
    const client = await signIn(sandbox, signer, { context: nip(person.nip) });
    const enforcement = { permissions: ["EnforcementOperations", "CredentialsManage"], description: "Token" };
    expect((await client.call("POST", "/tokens", enforcement)).status).toBe(202);
    expect((await client.call("GET", "/permissions/query/entities/roles")).json).toMatchObject({
      roles: [{ role: "CourtBailiff", description: "Komornik" }],
      hasMore: false,
    });
    // The token of a PESEL and that of the NIP linked with it have the same author.
    const byNip = await personCertificate(clock, `TINPL-${person.nip}`);
    const tokens = (await (await signIn(sandbox, byNip, { context: nip(person.nip) })).call("GET", "/tokens"))
      .json;
    expect(tokens).toMatchObject({ tokens: [{ authorIdentifier: { type: "Pesel", value: person.pesel } }] });
  });

  it("exists once (30001), and when removed loses everything", async () => {
    expect(exceptionCode(await post("person", person))).toBe(30001);
    const signer = await personCertificate(clock, `PNOPL-${person.pesel}`);
    await post("permissions", grantIn(company.nip, person.pesel));
    expect(await outcome(signer, company.nip)).toEqual([200]);
    expect((await post("person/remove", { nip: person.nip })).status).toBe(200);
    expect((await outcome(signer, person.nip))[0]).toBe(415);
    expect((await outcome(signer, company.nip))[0]).toBe(415);
    const earlier = { ...person, createdDate: "2026-03-02T10:59:00+00:00" };
    expect(exceptionCode(await post("person", earlier))).toBe(21405);
    expect((await post("person", { ...person, createdDate: "2026-03-02T11:00:01+00:00" })).status).toBe(200);
  });

  it("cannot log in when it has died (470), nor refresh (21308)", async () => {
    const [deceasedNip, pesel] = ["1134256681", "44051401458"];
    await post("permissions", grantIn(deceasedNip, pesel));
    const signer = await personCertificate(clock, `PNOPL-${pesel}`);
    const started = await startSigned(sandbox, signer, { context: nip(deceasedNip) });
    const authentication = bearer(started.json.authenticationToken.token);
    const redeemed = await call(sandbox, "POST", "/auth/token/redeem", undefined, authentication);
    const deceased = { nip: deceasedNip, pesel, isBailiff: false, isDeceased: true, description: "Zmarły" };
    expect((await post("person", deceased)).status).toBe(200);
    expect(await outcome(signer, deceasedNip)).toEqual([
      470,
      "Próba wykorzystania metod autoryzacyjnych osoby zmarłej",
    ]);
    const refresh = bearer(redeemed.json.refreshToken.token);
    expect(exceptionCode(await call(sandbox, "POST", "/auth/token/refresh", undefined, refresh))).toBe(21308);
  });
});

describe("a test company", () => {
  const group = {
    subjectNip: "3755747347",
    subjectType: "VatGroup",
    description: "Grupa VAT",
    subunits: [
      { subjectNip: "4972530874", description: "Członek grupy" },
      { subjectNip: "8225900795", description: "Członek grupy" },
    ],
  };

  it("of the kind VatGroup has members whose administrators it appoints", async () => {
    expect((await post("subject", group)).status).toBe(200);
    expect(exceptionCode(await post("subject", group))).toBe(30001);
    const client = await login(sandbox, await sandbox.company(group.subjectNip));
    expect((await client.call("GET", "/permissions/query/entities/roles")).json).toMatchObject({
      roles: [{ role: "VatGroupUnit", description: "Grupa VAT" }],
    });
    const below = await client.call("POST", "/permissions/query/subordinate-entities/roles", {
      subordinateEntityIdentifier: { type: "Nip", value: "8225900795" },
    });
    expect(below.json).toEqual({
      roles: [
        {
          subordinateEntityIdentifier: { type: "Nip", value: "8225900795" },
          role: "VatGroupSubUnit",
          description: "Członek grupy",
          startDate: "2026-03-02T11:00:00.000+00:00",
        },
      ],
      hasMore: false,
    });
    const member = await login(sandbox, await sandbox.company("4972530874"));
    expect((await member.call("GET", "/permissions/query/entities/roles")).json).toMatchObject({
      roles: [{ role: "VatGroupSubUnit", parentEntityIdentifier: { type: "Nip", value: "3755747347" } }],
    });

    const answer = await client.call("POST", "/permissions/subunits/grants", {
      subjectIdentifier: { type: "Pesel", value: "38092277125" },
      contextIdentifier: { type: "Nip", value: "4972530874" },
      description: "Administrator członka grupy",
      subjectDetails: {
        subjectDetailsType: "PersonByIdentifier",
        personById: { firstName: "Osoba", lastName: "Testowa" },
      },
    });
    expect(answer.status).toBe(202);
    clock.pass(100);
    const administrator = await personCertificate(clock, "PNOPL-38092277125");
    expect(await outcome(administrator, "4972530874")).toEqual([200]);

    await post("subject/remove", { subjectNip: group.subjectNip });
    expect((await client.call("GET", "/permissions/query/entities/roles")).json).toMatchObject({ roles: [] });
  });

  it("is refused when it does not fit", async () => {
    const [kind, number] = [
      { ...group, subjectType: "Other" },
      { ...group, subjectNip: "123" },
    ];
    for (const wrong of [kind, number]) expect(exceptionCode(await post("subject", wrong))).toBe(21405);
  });
});

describe("test permissions", () => {
  it("may name types in lower case, as the guide does", async () => {
    const lower = {
      contextIdentifier: { type: "nip", value: company.nip },
      authorizedIdentifier: { type: "pesel", value: "88102341294" },
      permissions: [{ permissionType: "InvoiceRead", description: "Uprawnienie" }],
    };
    expect((await post("permissions", lower)).status).toBe(200);
    const signer = await personCertificate(clock, "PNOPL-88102341294");
    expect(await outcome(signer, company.nip)).toEqual([200]);
    const listed = await owner.call("POST", "/permissions/query/persons/grants", {
      queryType: "PermissionsInCurrentContext",
      authorIdentifier: { type: "System" },
    });
    expect(listed.text).toContain("88102341294");
    const wrong = { ...lower, permissions: [{ permissionType: "Owner", description: "Uprawnienie" }] };
    expect(exceptionCode(await post("permissions", wrong))).toBe(21405);
  });
});

describe("consent to attachments", () => {
  it("is granted, and revoked at once or from a day on", async () => {
    expect(await consent()).toEqual({ isAttachmentAllowed: false, revokedDate: null });
    await post("attachment", { nip: company.nip });
    expect(await consent()).toEqual({ isAttachmentAllowed: true, revokedDate: null });
    await post("attachment/revoke", { nip: company.nip, expectedEndDate: "2026-03-03" });
    // Midnight in Warsaw.
    expect(await consent()).toEqual({
      isAttachmentAllowed: true,
      revokedDate: "2026-03-02T23:00:00.000+00:00",
    });
    clock.pass(12 * 3600_000);
    owner = await login(sandbox, company);
    expect(await consent()).toMatchObject({ isAttachmentAllowed: false });
    await post("attachment", { nip: company.nip });
    await post("attachment/revoke", { nip: company.nip });
    expect(await consent()).toMatchObject({ isAttachmentAllowed: false });
    expect(exceptionCode(await post("attachment", { nip: "1" }))).toBe(21405);
  });

  it("is for those to see who read permissions", async () => {
    await post("permissions", grantIn(company.nip, "90030412340"));
    const signer = await personCertificate(clock, "PNOPL-90030412340");
    const client = await signIn(sandbox, signer, { context: nip(company.nip) });
    expect((await client.call("GET", "/permissions/attachments/status")).status).toBe(403);
  });
});

it("a blocked context ends every login with 480 until it is unblocked", async () => {
  const contextIdentifier = { type: "Nip", value: company.nip };
  expect((await post("context/block", { contextIdentifier })).status).toBe(200);
  const blocked = [
    480,
    "Podejrzenie incydentu bezpieczeństwa. Skontaktuj się z Ministerstwem Finansów przez formularz zgłoszeniowy.",
  ];
  expect(await outcome(company, company.nip)).toEqual(blocked);
  expect(await loginStatus(sandbox, await requestTokenLogin(sandbox, company))).toEqual(blocked);
  expect((await post("context/unblock", { contextIdentifier })).status).toBe(200);
  expect(await outcome(company, company.nip)).toEqual([200]);
  expect(exceptionCode(await post("context/block", { contextIdentifier: { type: "Nip", value: "1" } }))).toBe(
    21405,
  );
});

const post = (path: string, body: unknown): Promise<Answer> =>
  call(sandbox, "POST", `/testdata/${path}`, body);

const consent = async (): Promise<unknown> =>
  (await owner.call("GET", "/permissions/attachments/status")).json;

const grantIn = (context: string, pesel: string) => ({
  contextIdentifier: { type: "Nip", value: context },
  authorizedIdentifier: { type: "Pesel", value: pesel },
  permissions: [{ permissionType: "InvoiceRead", description: "Uprawnienie" }],
});

async function outcome(
  signer: Parameters<typeof startSigned>[1],
  context: string,
): Promise<(number | string)[]> {
  return loginStatus(sandbox, await startSigned(sandbox, signer, { context: nip(context) }));
}
