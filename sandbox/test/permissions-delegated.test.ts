import { X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Company, type Sandbox } from "../src/index.ts";
import { exceptionCode, login, type Client } from "./client.ts";
import { authorization, finished, grant, personGrant, query } from "./permission-client.ts";
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

describe("permissions of an accounting office", () => {
  const person = "90030412340";

  it("let its owner in, and pass on to its people only what the client delegated", async () => {
    const own = await startSigned(sandbox, office, { context: nip(company.nip) });
    expect((await loginStatus(sandbox, own))[0]).toBe(415);
    const indirect = {
      ...personGrant(person, "InvoiceRead", "InvoiceWrite"),
      targetIdentifier: { type: "Nip", value: company.nip },
    };
    expect(await grant(clock, officeOwner, "indirect", indirect)).toBe(410);
    const entity = {
      subjectIdentifier: { type: "Nip", value: office.nip },
      permissions: [{ type: "InvoiceRead", canDelegate: true }, { type: "InvoiceWrite" }],
      description: "Biuro rachunkowe",
      subjectDetails: { fullName: "Biuro rachunkowe" },
    };
    expect(await grant(clock, owner, "entities", entity)).toBe(200);
    expect(await grant(clock, officeOwner, "indirect", indirect)).toBe(200);

    const visitor = await signIn(sandbox, office, { context: nip(company.nip) });
    expect((await visitor.open()).reference).toMatch(/-SO-/);
    const received = await query(officeOwner, "entities", {});
    expect(received).toHaveLength(2);
    expect(received.find(({ permissionScope }) => permissionScope === "InvoiceRead")).toMatchObject({
      contextIdentifier: { type: "Nip", value: company.nip },
      canDelegate: true,
    });

    const employee = await personCertificate(clock, `PNOPL-${person}`);
    const client = await signIn(sandbox, employee, { context: nip(company.nip) });
    // InvoiceWrite was not delegated, so it does not reach the client.
    const refused = await client.call("POST", "/sessions/online", {});
    expect(refused.json).toMatchObject({ security: { presentPermissions: ["InvoiceRead"] } });
    const [one] = await query(client, "personal", {});
    expect(one).toMatchObject({
      permissionScope: "InvoiceRead",
      targetIdentifier: { type: "Nip", value: company.nip },
    });

    const revoked = received.find(({ permissionScope }) => permissionScope === "InvoiceRead")!;
    await finished(clock, owner, await owner.call("DELETE", `/permissions/common/grants/${revoked.id}`));
    const again = await startSigned(sandbox, employee, { context: nip(company.nip) });
    expect((await loginStatus(sandbox, again))[0]).toBe(415);
    const listed = await query(officeOwner, "persons", { queryType: "PermissionsGrantedInCurrentContext" });
    expect(listed.map(({ permissionState }) => permissionState)).toEqual(["Inactive", "Inactive"]);
  });

  it("for all its clients reach each who delegates", async () => {
    const client = await sandbox.company("1111111111");
    await grant(clock, officeOwner, "indirect", {
      ...personGrant("30112206276", "InvoiceRead"),
      targetIdentifier: { type: "AllPartners" },
    });
    await grant(clock, await login(sandbox, client), "entities", {
      subjectIdentifier: { type: "Nip", value: office.nip },
      permissions: [{ type: "InvoiceRead", canDelegate: true }],
      description: "Biuro rachunkowe",
      subjectDetails: { fullName: "Biuro rachunkowe" },
    });
    const employee = await personCertificate(clock, "PNOPL-30112206276");
    const there = await startSigned(sandbox, employee, { context: nip(client.nip) });
    expect(await loginStatus(sandbox, there)).toEqual([200]);
    const elsewhere = await startSigned(sandbox, employee, { context: nip(company.nip) });
    expect((await loginStatus(sandbox, elsewhere))[0]).toBe(415);
  });
});

describe("authorizations of a company", () => {
  it("are seen by who gave and who received them, and fit the kind of the receiver", async () => {
    expect(
      await grant(clock, owner, "authorizations", authorization("Nip", office.nip, "TaxRepresentative")),
    ).toBe(200);
    const expected = {
      authorizationScope: "TaxRepresentative",
      authorizedEntityIdentifier: { type: "Nip", value: office.nip },
      authorizingEntityIdentifier: { type: "Nip", value: company.nip },
      subjectEntityDetails: { subjectDetailsType: "EntityByIdentifier", fullName: "Podmiot uprawniony" },
    };
    expect(await query(owner, "authorizations", { queryType: "Granted" })).toMatchObject([expected]);
    expect(await query(officeOwner, "authorizations", { queryType: "Received" })).toMatchObject([expected]);
    expect(await query(owner, "authorizations", { queryType: "Received" })).toEqual([]);
    expect(
      await grant(clock, owner, "authorizations", authorization("Nip", office.nip, "PefInvoicing")),
    ).toBe(450);
    expect(
      await grant(clock, owner, "authorizations", authorization("PeppolId", "PPL000001", "PefInvoicing")),
    ).toBe(200);
    expect(
      await grant(clock, owner, "authorizations", authorization("Nip", company.nip, "SelfInvoicing")),
    ).toBe(440);
  });
});

describe("the administrator of a unit", () => {
  // Check digit by the specification's own example: 6824515772-1234 has 3.
  it("manages the unit's own context", async () => {
    const parent = await sandbox.company("6824515772");
    const client = await login(sandbox, parent);
    const unit = "6824515772-12343";
    const body = {
      ...personGrant(pesel),
      permissions: undefined,
      contextIdentifier: { type: "InternalId", value: unit },
      subunitName: "Jednostka 014",
    };
    expect(await grant(clock, client, "subunits", body)).toBe(200);
    const [listed] = await query(client, "subunits", {});
    expect(listed).toMatchObject({
      permissionScope: "CredentialsManage",
      subunitIdentifier: { type: "InternalId", value: unit },
      subunitName: "Jednostka 014",
    });
    const person = await personCertificate(clock, `PNOPL-${pesel}`);
    const context = `<InternalId>${unit}</InternalId>`;
    const administrator = await signIn(sandbox, person, { context });
    expect(await grant(clock, administrator, "persons", personGrant("38092277125", "InvoiceWrite"))).toBe(
      200,
    );
    const worker = await personCertificate(clock, "PNOPL-38092277125");
    expect(await loginStatus(sandbox, await startSigned(sandbox, worker, { context }))).toEqual([200]);

    const inUnit = (type: string, value: string) => ({ ...body, contextIdentifier: { type, value } });
    expect(await grant(clock, client, "subunits", inUnit("InternalId", "5265877635-12346"))).toBe(410);
    expect(await grant(clock, client, "subunits", inUnit("Nip", office.nip))).toBe(430);
    for (const wrong of [inUnit("InternalId", "6824515772-12344"), { ...body, subunitName: null }])
      expect(exceptionCode(await client.call("POST", "/permissions/subunits/grants", wrong))).toBe(21405);
  });
});

describe("the administrator of a company in the European Union", () => {
  it("logs in by fingerprint to the compound context and lets representatives in", async () => {
    const administrator = await personCertificate(clock);
    const representative = await personCertificate(clock);
    const context = `<NipVatUe>${company.nip}-DE123456789</NipVatUe>`;
    const byFingerprint = { context, type: "certificateFingerprint" };
    const details = {
      subjectDetailsType: "PersonByFingerprintWithIdentifier",
      personByFpWithId: {
        firstName: "Osoba",
        lastName: "Testowa",
        identifier: { type: "Pesel", value: pesel },
      },
    };
    const body = {
      subjectIdentifier: { type: "Fingerprint", value: fingerprint(administrator.certificatePem) },
      contextIdentifier: { type: "NipVatUe", value: `${company.nip}-DE123456789` },
      description: "Administrator podmiotu",
      euEntityName: "Podmiot unijny",
      subjectDetails: details,
      euEntityDetails: { fullName: "Podmiot unijny", address: "Berlin" },
    };
    expect(await grant(clock, owner, "eu-entities/administration", body)).toBe(200);
    const other = { ...body, contextIdentifier: { type: "NipVatUe", value: `${office.nip}-DE123456789` } };
    expect(await grant(clock, owner, "eu-entities/administration", other)).toBe(410);

    const client = await signIn(sandbox, administrator, byFingerprint);
    const second = {
      subjectIdentifier: { type: "Fingerprint", value: fingerprint(representative.certificatePem) },
      permissions: ["InvoiceRead"],
      description: "Reprezentant podmiotu",
      subjectDetails: details,
    };
    expect(await grant(clock, client, "eu-entities", second)).toBe(200);
    expect(await loginStatus(sandbox, await startSigned(sandbox, representative, byFingerprint))).toEqual([
      200,
    ]);
    expect(await query(owner, "eu-entities", {})).toHaveLength(4);
    expect(await query(client, "eu-entities", {})).toHaveLength(5);
    expect(await query(client, "eu-entities", { permissionTypes: ["VatUeManage"] })).toMatchObject([
      {
        vatUeIdentifier: "DE123456789",
        euEntityName: "Podmiot unijny",
        euEntityDetails: { address: "Berlin" },
      },
    ]);
    expect((await owner.call("POST", "/permissions/eu-entities/grants", second)).status).toBe(403);
  });
});

const fingerprint = (pem: string): string => new X509Certificate(pem).fingerprint256.replaceAll(":", "");
