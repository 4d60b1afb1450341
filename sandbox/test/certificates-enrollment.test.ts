import { webcrypto, type X509Certificate } from "node:crypto";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { issueCertificate } from "../src/certificate.ts";
import { createSandbox, type Company, type Sandbox } from "../src/index.ts";
import { holder, makeCsr, newKeys, type Holder } from "./certificate-holder.ts";
import { exceptionCode } from "./client.ts";
import { virtualClock } from "./virtual-clock.ts";

// Expectations: ksef-docs, certyfikaty-KSeF.md, and the tables of the OpenAPI document under /certificates.
const day = 24 * 3600_000;
const clock = virtualClock();
let nip = "5265877635";
let sandbox: Sandbox;
let company: Company;
let mine: Holder;

beforeAll(async () => {
  sandbox = await createSandbox({ clock, limits: "off" });
});

beforeEach(async () => {
  nip = String(Number(nip) + 1);
  company = await sandbox.company(nip);
  mine = await holder(sandbox, clock, company);
});

describe("the name a CSR must have", () => {
  it("is that of the seal of the login", async () => {
    expect(await mine.name()).toEqual({
      commonName: `Firma ${nip}`,
      countryName: "PL",
      organizationName: `Firma ${nip} sp. z o.o.`,
      organizationIdentifier: `VATPL-${nip}`,
    });
  });

  it.each([
    ["NIP-", "TINPL-"],
    ["TINPL:", "TINPL-"],
  ])("is that of the person, whose number %s… KSeF knows as %s…", async (written, known) => {
    const person = await issueCertificate({
      subject: `C=PL, G=Jan, SN=Kowalski, CN=Jan Kowalski, 2.5.4.5=${written}${nip}`,
      key: "ec",
      use: "signing",
      notBefore: clock.now() - day,
      notAfter: clock.now() + day,
    });
    const his = await holder(sandbox, clock, { nip, ...person });
    expect(await his.name()).toEqual({
      commonName: "Jan Kowalski",
      countryName: "PL",
      givenName: "Jan",
      surname: "Kowalski",
      serialNumber: `${known}${nip}`,
    });
    expect(exceptionCode(await his.enroll({}, { serialNumber: `${written}${nip}` }))).toBe(25003);
    expect((await his.enroll()).status).toBe(202);
  });
});

describe("an enrollment", () => {
  it("is accepted, then done, and gives a certificate with that name, the key of the CSR and one use", async () => {
    const keys = await newKeys();
    const answer = await mine.enroll({}, {}, keys);
    const { referenceNumber } = answer.json;
    const twoYearsOn = new Date(clock.now() + 500).setUTCFullYear(2028);
    expect([answer.status, referenceNumber]).toEqual([
      202,
      expect.stringMatching(/^\d{8}-EH-[0-9A-F]{10}-[0-9A-F]{10}-[0-9A-F]{2}$/),
    ]);
    const path = `/certificates/enrollments/${referenceNumber}`;
    expect(await mine.get(path)).toEqual({
      requestDate: new Date(clock.now()).toISOString().replace("Z", "+00:00"),
      status: { code: 100, description: "Wniosek przyjęty do realizacji" },
    });
    expect(await mine.query({})).toEqual([]);
    clock.pass(500);
    const { status, certificateSerialNumber } = await mine.get(path);
    expect(status).toEqual({ code: 200, description: "Wniosek obsłużony (certyfikat wygenerowany)" });
    expect(certificateSerialNumber).toMatch(/^[0-9A-F]{16}$/);

    const certificate = await mine.retrieve(String(certificateSerialNumber));
    expect(certificate.serialNumber).toBe(certificateSerialNumber);
    expect(certificate.issuer).toContain("CN=TEST CCK KSeF");
    const name = ["C=PL", `CN=Firma ${nip}`, `O=Firma ${nip} sp. z o.o.`];
    expect(certificate.subject.split("\n").toSorted()).toEqual([
      ...name,
      `organizationIdentifier=VATPL-${nip}`,
    ]);
    const spki = Buffer.from(await webcrypto.subtle.exportKey("spki", keys.publicKey));
    expect(certificate.publicKey.export({ type: "spki", format: "der" })).toEqual(spki);
    expect(keyUsage(certificate)).toBe(x509.KeyUsageFlags.digitalSignature);
    expect(Date.parse(certificate.validTo)).toBe(Math.floor(twoYearsOn / 1000) * 1000);
  });

  it("for offline invoices gives one for non-repudiation, valid from when it is wanted", async () => {
    const change = { certificateType: "Offline", validFrom: "2026-12-01T00:00:00+02:00" };
    const certificate = await mine.retrieve(await mine.enrolled(change));
    expect(keyUsage(certificate)).toBe(x509.KeyUsageFlags.nonRepudiation);
    expect(Date.parse(certificate.validFrom)).toBe(Date.parse("2026-11-30T22:00:00Z"));
  });

  it("can be asked for 30 days and then answers 410", async () => {
    const { referenceNumber } = (await mine.enroll()).json;
    clock.pass(30 * day);
    const { client } = await holder(sandbox, clock, company);
    const path = `/certificates/enrollments/${referenceNumber}`;
    expect((await client.call("GET", path)).status).toBe(200);
    clock.pass(1);
    const gone = await client.call("GET", path);
    expect([gone.status, gone.type]).toEqual([410, "application/problem+json"]);
  });

  it("belongs to whoever asked, as its certificate does", async () => {
    const { referenceNumber } = (await mine.enroll()).json;
    const serial = await mine.enrolled();
    const { client, ...other } = await holder(sandbox, clock, await sandbox.company("7762811692"));
    const status = await client.call("GET", `/certificates/enrollments/${referenceNumber}`);
    expect(exceptionCode(status)).toBe(25005);
    expect(exceptionCode(await other.revoke(serial))).toBe(25008);
    const retrieved = await client.call("POST", "/certificates/retrieve", {
      certificateSerialNumbers: [serial],
    });
    expect(JSON.parse(retrieved.text)).toEqual({ certificates: [] });
  });

  it("is rejected for a key that somebody else has a certificate for", async () => {
    const keys = await newKeys();
    await mine.enroll({}, {}, keys);
    const other = await holder(sandbox, clock, await sandbox.company("7762811692"));
    const { referenceNumber } = (await other.request(await makeCsr(await other.name(), keys))).json;
    clock.pass(500);
    const rejected = await other.get(`/certificates/enrollments/${referenceNumber}`);
    const details = ["Klucz publiczny został już certyfikowany przez inny podmiot."];
    expect(rejected["status"]).toEqual({ code: 400, description: "Wniosek odrzucony", details });
    expect(rejected).not.toHaveProperty("certificateSerialNumber");
  });
});

describe("the limits of certificates", () => {
  it("for a company are 300 enrollments and 100 active certificates", async () => {
    await mine.enrolled();
    await mine.enroll();
    expect(await mine.get("/certificates/limits")).toEqual({
      canRequest: true,
      enrollment: { limit: 300, remaining: 298 },
      certificate: { limit: 100, remaining: 99 },
    });
  });

  it("stop enrollments, and the certificates of those under way", async () => {
    await mine.client.call("POST", "/testdata/limits/subject/certificate", {
      subjectIdentifierType: "Nip",
      certificate: { maxCertificates: 1 },
      enrollment: { maxEnrollments: 3 },
    });
    const [first, second] = [(await mine.enroll()).json, (await mine.enroll()).json];
    clock.pass(500);
    const status = (referenceNumber: string) => mine.get(`/certificates/enrollments/${referenceNumber}`);
    expect(await status(first.referenceNumber)).toMatchObject({ status: { code: 200 } });
    const details = ["Osiągnięto dopuszczalny limit posiadanych certyfikatów."];
    expect(await status(second.referenceNumber)).toMatchObject({ status: { code: 400, details } });
    expect(await mine.get("/certificates/limits")).toEqual({
      canRequest: false,
      enrollment: { limit: 3, remaining: 1 },
      certificate: { limit: 1, remaining: 0 },
    });
    expect(exceptionCode(await mine.enroll())).toBe(25007);
    const [active] = await mine.query({});
    await mine.revoke(String(active?.["certificateSerialNumber"]));
    expect((await mine.enroll()).status).toBe(202);
    expect(exceptionCode(await mine.enroll())).toBe(25006);
  });
});

function keyUsage(certificate: X509Certificate): number | undefined {
  return new x509.X509Certificate(certificate.raw).getExtension(x509.KeyUsagesExtension)?.usages;
}
