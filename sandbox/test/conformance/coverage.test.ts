import { X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Company, type Sandbox } from "../../src/index.ts";
import { sendBatch, zip } from "../batch-client.ts";
import { holderWith } from "../certificate-holder.ts";
import { bearer, call, encrypt, exceptionCode, login, requestTokenLogin, type Client } from "../client.ts";
import { invoiceXml } from "../invoice.ts";
import { authorization, finished, personGrant, query } from "../permission-client.ts";
import { nip, personCertificate, redeem, signIn, startSigned } from "../signed-login.ts";
import { virtualClock } from "../virtual-clock.ts";
import { createChecker, type Finding } from "./checker.ts";
import { deviation, deviations } from "./deviations.ts";
import { absence, document } from "./document.ts";
import { observe } from "./observe.ts";

// Every operation of the document is carried out here at least once, and answered with success.
const clock = virtualClock();
const carriedOut = new Set<string>();
const findings: Finding[] = [];
let sandbox: Sandbox;
let company: Company;
let owner: Client;

describe.skipIf(document === undefined)(
  `the whole API${document === undefined ? ` (${absence})` : ""}`,
  () => {
    beforeAll(async () => {
      sandbox = await createSandbox({ clock, limits: "off" });
      observe(sandbox, checker(), ({ endpoint, status, found }) => {
        if (endpoint !== undefined && status < 300) carriedOut.add(endpoint);
        findings.push(...found);
      });
      company = await sandbox.company("5265877635");
      owner = await login(sandbox, company);
    });

    it("logs in and out", async () => {
      const started = await startSigned(sandbox, company, { context: nip(company.nip) });
      const operation = bearer(started.json.authenticationToken.token);
      await call(sandbox, "GET", `/auth/${started.json.referenceNumber}`, undefined, operation);
      const { refreshToken } = (await call(sandbox, "POST", "/auth/token/redeem", undefined, operation)).json;
      await call(sandbox, "POST", "/auth/token/refresh", undefined, bearer(refreshToken.token));
      const other = await redeem(sandbox, await requestTokenLogin(sandbox, company));
      await owner.call("GET", "/auth/sessions?pageSize=10");
      await owner.call("DELETE", `/auth/sessions/${started.json.referenceNumber}`);
      expect((await other.call("DELETE", "/auth/sessions/current")).status).toBe(204);
      await call(sandbox, "GET", "/peppol/query?pageOffset=0&pageSize=10");
    });

    it("sends invoices and gives them back", async () => {
      const session = await owner.open();
      const sent = await owner.send(session, invoiceXml());
      await owner.send(session, invoiceXml().replace("<P_15>", "<P_15>x"));
      clock.pass(1000);
      const { ksefNumber } = (await owner.invoice(session, sent)).json;
      await owner.close(session);
      clock.pass(1000);
      const at = `/sessions/${session.reference}`;
      const { upo } = (await owner.call("GET", at)).json;
      await sendBatch(sandbox, owner, await zip({ "a.xml": invoiceXml() }));
      const filters = {
        subjectType: "Subject1",
        dateRange: { dateType: "Issue", from: "2026-03-01T00:00:00" },
      };
      for (const path of [
        "/sessions?sessionType=Online&statuses=Succeeded&statuses=Failed&dateCreatedFrom=2026-03-01T00:00:00Z",
        `${at}/invoices?pageSize=10`,
        `${at}/invoices/failed`,
        `${at}/invoices/${sent}/upo`,
        `${at}/invoices/ksef/${ksefNumber}/upo`,
        `${at}/upo/${upo.pages[0]!.referenceNumber}`,
        `/invoices/ksef/${ksefNumber}`,
      ])
        expect([path, (await owner.call("GET", path)).status]).toEqual([path, 200]);
      const found = await owner.call("POST", "/invoices/query/metadata?pageSize=10&sortOrder=Desc", filters);
      expect(found.json.invoices).toHaveLength(1);

      const gathered = { invoices: [{ ksefNumber, payment: { amount: 123, currency: "PLN" } }] };
      const made = await owner.call("POST", "/collective-identifiers", gathered);
      const { collectiveIdentifierNumber } = JSON.parse(made.text) as { collectiveIdentifierNumber: string };
      const created = { dateCreatedFrom: from, dateCreatedTo: "2026-04-01T00:00:00+00:00" };
      await owner.call("POST", "/collective-identifiers/query?pageSize=10", created);
      await owner.call("GET", `/collective-identifiers/${collectiveIdentifierNumber}/invoices`);
      await owner.call("GET", `/collective-identifiers/ksef/${ksefNumber}`);

      const encryption = {
        encryptedSymmetricKey: await encrypt(sandbox, "SymmetricKeyEncryption", session.key),
        initializationVector: session.iv.toString("base64"),
      };
      const request = { encryption, filters: { ...filters, dateRange: { dateType: "Issue", from } } };
      const exported = await owner.call("POST", "/invoices/exports", request);
      clock.pass(60_000);
      const status = await owner.call("GET", `/invoices/exports/${exported.json.referenceNumber}`);
      expect(status.json.status.code).toBe(200);
      expect(exceptionCode(await owner.call("GET", `/sessions/20260302-SO-${"0".repeat(24)}`))).toBe(21173);
    });

    it("makes tokens and certificates", async () => {
      const client = await signIn(sandbox, company, { context: nip(company.nip) });
      const request = { permissions: ["InvoiceRead"], description: "Token do testów" };
      const { referenceNumber } = (await client.call("POST", "/tokens", request)).json;
      clock.pass(1000);
      await client.call("GET", "/tokens?status=Active&status=Pending&pageSize=10");
      await client.call("GET", `/tokens/${referenceNumber}`);
      await client.call("DELETE", `/tokens/${referenceNumber}`);

      const holder = holderWith(client, clock);
      await holder.get("/certificates/limits");
      const serialNumber = await holder.enrolled();
      await holder.retrieve(serialNumber);
      await holder.query({ certificateSerialNumber: serialNumber });
      const validTo = new Date(clock.now() + 86_400_000).toISOString();
      await client.call("PUT", `/testdata/certificates/${serialNumber}`, { validTo });
      expect((await holder.revoke(serialNumber, { revocationReason: "KeyCompromise" })).status).toBe(204);
    });

    it("grants permissions of every kind and takes them back", async () => {
      const description = "Uprawnienie do testów";
      const person = personGrant("15062788702", "InvoiceRead");
      const fullName = "Podmiot uprawniony";
      const unit = { type: "InternalId", value: "5265877635-12346" };
      const entity = {
        subjectIdentifier: { type: "Nip", value: "7762811692" },
        permissions: [{ type: "InvoiceRead", canDelegate: true }],
        description,
        subjectDetails: { fullName },
      };
      const { permissions: _, ...administrator } = person;
      const subunit = { ...administrator, contextIdentifier: unit, subunitName: "Jednostka 014" };
      const eu = await personCertificate(clock);
      const subjectIdentifier = { type: "Fingerprint", value: fingerprint(eu.certificatePem) };
      const representative = {
        subjectIdentifier,
        description,
        subjectDetails: {
          subjectDetailsType: "PersonByFingerprintWithIdentifier",
          personByFpWithId: {
            firstName: "Osoba",
            lastName: "Testowa",
            identifier: { type: "Pesel", value: "15062788702" },
          },
        },
      };
      const administration = {
        ...representative,
        contextIdentifier: { type: "NipVatUe", value: `${company.nip}-DE123456789` },
        euEntityName: fullName,
        euEntityDetails: { fullName, address: "Berlin" },
      };
      for (const [kind, body] of [
        ["persons", person],
        ["entities", entity],
        ["authorizations", authorization("Nip", "7762811692", "SelfInvoicing")],
        ["indirect", { ...person, targetIdentifier: { type: "AllPartners" } }],
        ["subunits", subunit],
        ["eu-entities/administration", administration],
      ] as const)
        await finished(clock, owner, await owner.call("POST", `/permissions/${kind}/grants`, body));
      const context = `<NipVatUe>${company.nip}-DE123456789</NipVatUe>`;
      const euClient = await signIn(sandbox, eu, { context, type: "certificateFingerprint" });
      const other = await personCertificate(clock);
      const second = { type: "Fingerprint", value: fingerprint(other.certificatePem) };
      const grant = { ...representative, subjectIdentifier: second, permissions: ["InvoiceRead"] };
      expect((await euClient.call("POST", "/permissions/eu-entities/grants", grant)).status).toBe(202);

      const [one] = await query(owner, "persons", { queryType: "PermissionsInCurrentContext" });
      await owner.call("DELETE", `/permissions/common/grants/${one!.id}`);
      const [given] = await query(owner, "authorizations", { queryType: "Granted" });
      await owner.call("DELETE", `/permissions/authorizations/grants/${given!.id}`);
      for (const kind of ["personal", "subunits", "entities", "eu-entities"]) await query(owner, kind, {});
      await owner.call("GET", "/permissions/query/entities/roles?pageSize=10");
      await owner.call("POST", "/permissions/query/subordinate-entities/roles", {});
      expect((await owner.call("GET", "/permissions/attachments/status")).status).toBe(200);
    });

    it("sets up what tests need", async () => {
      const [description, other] = ["Dane testowe", { type: "Nip", value: "1134256681" }];
      const person = { nip: "7980332920", pesel: "30112206276", isBailiff: false, description };
      const subject = { subjectNip: "3755747347", subjectType: "VatGroup", subunits: [], description };
      const parties = {
        contextIdentifier: { type: "Nip", value: company.nip },
        authorizedIdentifier: { type: "Pesel", value: person.pesel },
      };
      const lowerCase = { ...parties, contextIdentifier: { type: "nip", value: company.nip } };
      const session = { maxInvoiceSizeInMB: 1, maxInvoiceWithAttachmentSizeInMB: 3, maxInvoices: 10_000 };
      const rateLimits = (await owner.call("GET", "/rate-limits")).json;
      for (const [path, body] of [
        ["person", person],
        ["person/remove", { nip: person.nip }],
        ["subject", subject],
        ["subject/remove", { subjectNip: subject.subjectNip }],
        ["permissions", { ...lowerCase, permissions: [{ permissionType: "InvoiceRead", description }] }],
        ["permissions/revoke", parties],
        ["attachment", { nip: company.nip }],
        ["attachment/revoke", { nip: company.nip }],
        ["context/block", { contextIdentifier: other }],
        ["context/unblock", { contextIdentifier: other }],
        ["limits/context/session", { onlineSession: session, batchSession: session }],
        ["limits/subject/certificate", { enrollment: { maxEnrollments: 1 } }],
        ["rate-limits", { rateLimits }],
        ["rate-limits/production", undefined],
      ] as const)
        expect([path, (await owner.call("POST", `/testdata/${path}`, body)).status]).toEqual([path, 200]);
      await owner.call("GET", "/limits/context");
      await owner.call("GET", "/limits/subject");
      for (const path of ["limits/context/session", "limits/subject/certificate", "rate-limits"])
        expect((await owner.call("DELETE", `/testdata/${path}`)).status).toBe(200);
    });

    it("was carried out", () => {
      expect(checker().endpoints.filter((endpoint) => !carriedOut.has(endpoint))).toEqual([]);
    });

    it("is as the document says, but for deviations, and each of these occurs", () => {
      expect(findings.filter((finding) => deviation(finding) === undefined)).toEqual([]);
      const occurring = new Set(findings.map(deviation));
      expect(deviations.filter((each) => !occurring.has(each))).toEqual([]);
    });
  },
);

const from = "2026-03-01T00:00:00+00:00";

const checker = () => createChecker(document!);

const fingerprint = (pem: string): string => new X509Certificate(pem).fingerprint256.replaceAll(":", "");
