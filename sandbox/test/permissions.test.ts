import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Company, type Sandbox } from "../src/index.ts";
import type { IssuedCertificate } from "../src/certificate.ts";
import { exceptionCode, login, type Client } from "./client.ts";
import { authorization, finished, grant, personGrant, query, type Listed } from "./permission-client.ts";
import { loginStatus, nip, personCertificate, signIn, startSigned } from "./signed-login.ts";
import { virtualClock } from "./virtual-clock.ts";

const clock = virtualClock();
const pesel = "15062788702";
let sandbox: Sandbox;
let company: Company;
let office: Company;
let owner: Client;
let officeOwner: Client;

beforeAll(async () => {
  sandbox = await createSandbox({ clock, limits: "off" });
  [company, office] = [await sandbox.company("5265877635"), await sandbox.company("7762811692")];
  owner = await login(sandbox, company);
  officeOwner = await login(sandbox, office);
});

describe("permissions of a person", () => {
  it("are granted when the operation is over, are listed, and end when they are revoked", async () => {
    const person = await personCertificate(clock, `PNOPL-${pesel}`);
    const body = personGrant(pesel, "InvoiceRead", "InvoiceWrite");
    const answer = await owner.call("POST", "/permissions/persons/grants", body);
    expect(answer.status).toBe(202);
    expect(answer.json.referenceNumber).toMatch(/^20260302-EG-/);
    const path = `/permissions/operations/${answer.json.referenceNumber}`;
    expect((await owner.call("GET", path)).json.status).toEqual({
      code: 100,
      description: "Operacja przyjęta do realizacji",
    });
    expect(await outcome(person)).toEqual([415, "Brak przypisanych uprawnień"]);
    clock.pass(100);
    expect((await owner.call("GET", path)).json.status).toEqual({
      code: 200,
      description: "Operacja zakończona sukcesem",
    });
    expect(await outcome(person)).toEqual([200]);

    const listed = await query(owner, "persons", { queryType: "PermissionsInCurrentContext" });
    expect(listed.map(({ permissionScope }) => permissionScope).toSorted()).toEqual([
      "InvoiceRead",
      "InvoiceWrite",
    ]);
    expect(listed[0]).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      authorizedIdentifier: { type: "Pesel", value: pesel },
      authorIdentifier: { type: "Nip", value: company.nip },
      description: "Uprawnienie do testów",
      permissionState: "Active",
      startDate: "2026-03-02T11:00:00.100+00:00",
      canDelegate: false,
      subjectPersonDetails: {
        subjectDetailsType: "PersonByIdentifier",
        firstName: "Osoba",
        lastName: "Testowa",
      },
    });
    const client = await signIn(sandbox, person, { context: nip(company.nip) });
    expect(await query(client, "personal", { permissionTypes: ["InvoiceRead"] })).toHaveLength(1);

    for (const { id } of listed)
      await finished(clock, owner, await owner.call("DELETE", `/permissions/common/grants/${id}`));
    expect(await query(owner, "persons", { queryType: "PermissionsInCurrentContext" })).toEqual([]);
    expect((await outcome(person))[0]).toBe(415);
  });

  it("are not granted twice, nor for enforcement by a company that is no such authority", async () => {
    const body = personGrant("38092277125", "Introspection");
    await grant(clock, owner, "persons", body);
    await grant(clock, owner, "persons", body);
    const filter = { authorizedIdentifier: { type: "Pesel", value: "38092277125" } };
    const queryType = "PermissionsInCurrentContext";
    expect(await query(owner, "persons", { queryType, ...filter })).toHaveLength(1);
    expect(await grant(clock, owner, "persons", personGrant(pesel, "EnforcementOperations"))).toBe(430);
  });

  it("are refused to who may not manage them and for what does not fit", async () => {
    const person = await personCertificate(clock, "PNOPL-88102341294");
    await grant(clock, owner, "persons", personGrant("88102341294", "CredentialsRead"));
    const client = await signIn(sandbox, person, { context: nip(company.nip) });
    const refused = await client.call(
      "POST",
      "/permissions/persons/grants",
      personGrant(pesel, "InvoiceRead"),
    );
    expect(refused.status).toBe(403);
    expect(refused.json).toMatchObject({ security: { requiredAnyOfPermissions: ["CredentialsManage"] } });
    for (const wrong of [
      { ...personGrant("12345678901", "InvoiceRead") },
      personGrant(pesel, "InvoiceRead", "InvoiceRead"),
      personGrant(pesel, "Owner"),
      { ...personGrant(pesel, "InvoiceRead"), description: "Opis" },
      { ...personGrant(pesel, "InvoiceRead"), subjectDetails: { subjectDetailsType: "PersonByIdentifier" } },
    ])
      expect(exceptionCode(await owner.call("POST", "/permissions/persons/grants", wrong))).toBe(21405);
  });
});

describe("an operation", () => {
  it("is another context's secret and is gone after 30 days", async () => {
    const body = personGrant("44051401458", "Introspection");
    const { referenceNumber } = (await owner.call("POST", "/permissions/persons/grants", body)).json;
    const path = `/permissions/operations/${referenceNumber}`;
    expect((await officeOwner.call("GET", path)).status).toBe(403);
    clock.pass(30 * 86_400_000 + 1);
    owner = await login(sandbox, company);
    officeOwner = await login(sandbox, office);
    const gone = await owner.call("GET", path);
    expect([gone.status, gone.json]).toMatchObject([410, { title: "Gone" }]);
  });

  it("fails for a permission that is not there, or is of the other family", async () => {
    const unknown = "0c9a72e8-f344-457f-9c16-7c640eb60242";
    expect(
      await finished(clock, owner, await owner.call("DELETE", `/permissions/common/grants/${unknown}`)),
    ).toBe(400);
    await grant(clock, owner, "authorizations", authorization("Nip", office.nip, "SelfInvoicing"));
    const [given] = await query(owner, "authorizations", { queryType: "Granted" });
    const common = await owner.call("DELETE", `/permissions/common/grants/${given!.id}`);
    expect(await finished(clock, owner, common)).toBe(400);
    const right = await owner.call("DELETE", `/permissions/authorizations/grants/${given!.id}`);
    expect(await finished(clock, owner, right)).toBe(200);
    expect(await query(owner, "authorizations", { queryType: "Granted" })).toEqual([]);
  });
});

it("lists come page by page, latest first", async () => {
  const client = await login(sandbox, await sandbox.company("2222222222"));
  const scopes = ["InvoiceRead", "InvoiceWrite", "Introspection", "CredentialsRead"];
  for (const number of ["15062788702", "38092277125", "88102341294"])
    await grant(clock, client, "persons", personGrant(number, ...scopes));
  const page = async (pageOffset: number) =>
    (
      await client.call("POST", `/permissions/query/persons/grants?pageOffset=${pageOffset}&pageSize=10`, {
        queryType: "PermissionsGrantedInCurrentContext",
      })
    ).json as unknown as { permissions: Listed[]; hasMore: boolean };
  const [first, second] = [await page(0), await page(1)];
  expect([first.permissions.length, first.hasMore]).toEqual([10, true]);
  expect([second.permissions.length, second.hasMore]).toEqual([2, false]);
  const dates = [...first.permissions, ...second.permissions].map(({ startDate }) => startDate);
  expect(dates).toEqual(dates.toSorted().toReversed());
  const wrong = await client.call("POST", "/permissions/query/persons/grants?pageSize=9", {});
  expect(exceptionCode(wrong)).toBe(21405);
});

it("grants outlive a restart", async () => {
  const data = mkdtempSync(join(tmpdir(), "sandbox-permissions-"));
  const before = await createSandbox({ clock, data });
  const made = await before.company("5265877635");
  const client = await login(before, made);
  await client.call("POST", "/permissions/persons/grants", personGrant(pesel, "InvoiceRead"));
  clock.pass(100);
  await before.close();

  const after = await createSandbox({ clock, data });
  const person = await personCertificate(clock, `PNOPL-${pesel}`);
  expect(await loginStatus(after, await startSigned(after, person, { context: nip(made.nip) }))).toEqual([
    200,
  ]);
  await after.close();
  rmSync(data, { recursive: true });
});

async function outcome(signer: IssuedCertificate): Promise<(number | string)[]> {
  return loginStatus(sandbox, await startSigned(sandbox, signer, { context: nip(company.nip) }));
}
