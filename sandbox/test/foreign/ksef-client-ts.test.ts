import {
  authenticateWithCertificate,
  authenticateWithToken,
  isValidKsefNumber,
  KSeFClient,
  openOnlineSession,
  openSendAndClose,
  PersonPermissionGrantBuilder,
  pollUntil,
  type PollOptions,
} from "ksef-client-ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sha256 } from "../client.ts";
import { openForeignSandbox, type ForeignSandbox } from "./foreign-sandbox.ts";

const soon: PollOptions = { intervalMs: 20, maxAttempts: 100 };
let foreign: ForeignSandbox;

beforeAll(async () => {
  foreign = await openForeignSandbox();
});
afterAll(() => foreign.sandbox.close());

const logins: [string, () => Promise<KSeFClient>][] = [
  ["a KSeF token", () => withToken()],
  ["an RSA certificate", () => withCertificate("certificatePem", "privateKeyPem")],
  ["an EC certificate", () => withCertificate("ecCertificatePem", "ecPrivateKeyPem")],
];

describe.each(logins)("ksef-client-ts, logged in with %s", (_, logIn) => {
  it("sends an invoice, gets its UPO, then the one of the session, and downloads it", async () => {
    const client = await logIn();
    const session = await openOnlineSession(client);
    const xml = foreign.xml();
    const reference = await session.sendInvoice(xml);

    const invoice = await pollUntil(
      () => client.sessionStatus.getSessionInvoice(session.sessionRef, reference),
      ({ status }) => status.code >= 200,
      soon,
    );
    expect(invoice.status).toEqual({ code: 200, description: "Sukces" });
    expect(isValidKsefNumber(invoice.ksefNumber!)).toBe(true);
    expect(invoice.invoiceHash).toBe(sha256(xml));

    const upo = await client.sessionStatus.getInvoiceUpoByKsefNumber(session.sessionRef, invoice.ksefNumber!);
    expect(upo.hash).toBe(sha256(upo.upo));
    const byReference = await client.sessionStatus.getInvoiceUpoByReference(session.sessionRef, reference);
    expect(byReference.upo).toBe(upo.upo);
    const linked = await fetch(invoice.upoDownloadUrl!);
    expect(await linked.text()).toBe(upo.upo);
    expect(linked.headers.get("x-ms-meta-hash")).toBe(upo.hash);

    await session.close();
    const collective = await session.waitForUpoParsed(soon);
    expect(collective.successfulInvoiceCount).toBe(1);
    const documents = collective.parsed[0]!.dokumenty;
    expect(documents.map(({ numerKSeFDokumentu }) => numerKSeFDokumentu)).toEqual([invoice.ksefNumber]);
    expect(documents[0]!.skrotDokumentu).toBe(sha256(xml));

    const downloaded = await client.invoices.getInvoice(invoice.ksefNumber!);
    expect(downloaded.xml).toBe(xml);
    expect(downloaded.hash).toBe(sha256(xml));
  });
});

describe("ksef-client-ts", () => {
  it("tells good invoices of a session from bad ones", async () => {
    const client = await withToken();
    const bad = foreign.xml().replace("<P_15>", "<P_15>x");
    const { successfulInvoiceCount, failedInvoiceCount, pages } = await openSendAndClose(
      client,
      [foreign.xml(), bad],
      { pollOptions: soon },
    );
    expect([successfulInvoiceCount, failedInvoiceCount, pages.length]).toEqual([1, 1, 1]);
    const { sessions } = await client.sessionStatus.getSessions("Online", 10);
    const failed = await client.sessionStatus.getSessionFailedInvoices(sessions[0]!.referenceNumber);
    expect(failed.invoices.map(({ status }) => status.code)).toEqual([450]);
  });

  it("makes a token, logs in with it, and cannot once it is revoked", async () => {
    const client = await withCertificate("ecCertificatePem", "ecPrivateKeyPem");
    const made = await client.tokens.generateToken({
      permissions: ["InvoiceRead", "InvoiceWrite"],
      description: "Token do testów",
    });
    await pollUntil(
      () => client.tokens.getToken(made.referenceNumber),
      ({ status }) => status === "Active",
      soon,
    );
    const other = await withToken(made.token);
    expect((await openSendAndClose(other, [foreign.xml()], { pollOptions: soon })).pages).toHaveLength(1);
    await expect(other.tokens.queryTokens()).resolves.toMatchObject({ tokens: expect.any(Array) });

    await client.tokens.revokeToken(made.referenceNumber);
    const { tokens } = await client.tokens.queryTokens({ status: ["Revoked"] });
    expect(tokens.map(({ referenceNumber }) => referenceNumber)).toContain(made.referenceNumber);
    await expect(withToken(made.token)).rejects.toThrow("450");
  });

  it("lists logins, refreshes and ends its own", async () => {
    const client = new KSeFClient({ baseUrl: foreign.baseUrl });
    const { nip, ksefToken: token } = foreign.company;
    const { refreshToken } = await authenticateWithToken(client, { nip, token, pollOptions: soon });
    const refreshed = await client.auth.refreshAccessToken(refreshToken);
    expect(Date.parse(refreshed.accessToken.validUntil)).toBeGreaterThan(Date.now());
    const { items } = await client.activeSessions.getActiveSessions();
    expect(items.filter(({ isCurrent }) => isCurrent)).toHaveLength(1);
    await client.activeSessions.revokeCurrentSession();
    await expect(client.auth.refreshAccessToken(refreshToken)).rejects.toMatchObject({
      errors: [{ code: 21301 }],
    });
  });

  it("fetches the keys again when its own were withdrawn", async () => {
    const client = await withToken();
    await client.crypto.init();
    await foreign.sandbox.keys.rotate({ retireOld: true });
    const session = await openOnlineSession(client);
    const status = await client.sessionStatus.getSessionStatus(session.sessionRef);
    expect(status.status.code).toBe(100);
  });

  it("grants a permission, finds it and takes it back", async () => {
    const client = await withToken();
    const request = new PersonPermissionGrantBuilder()
      .withSubjectIdentifier("Pesel", "15062788702")
      .withPermissions(["InvoiceRead"])
      .withDescription("Uprawnienie do testów")
      .withSubjectDetails({
        subjectDetailsType: "PersonByIdentifier",
        personById: { firstName: "Osoba", lastName: "Testowa" },
      })
      .build();
    const done = async ({ referenceNumber }: { referenceNumber: string }) =>
      pollUntil(
        () => client.permissions.getOperationStatus(referenceNumber),
        ({ status }) => status.code === 200,
        soon,
      );
    const list = async () =>
      (await client.permissions.queryPersonsGrants({ queryType: "PermissionsInCurrentContext" })).permissions;
    await done(await client.permissions.grantPersonPermissions(request));
    const [granted] = await list();
    expect(granted).toMatchObject({ permissionScope: "InvoiceRead", permissionState: "Active" });
    await done(await client.permissions.revokeCommonGrant(granted!.id));
    expect(await list()).toEqual([]);
  });

  it("asks the beacon", async () => {
    const client = new KSeFClient({ baseUrl: foreign.baseUrl, lighthouseUrl: `${foreign.baseUrl}/latarnia` });
    expect((await client.lighthouse.getStatus()).status).toBe("AVAILABLE");
    expect(await client.lighthouse.getMessages()).toEqual([]);
  });

  it("reads limits and Peppol providers", async () => {
    const client = await withToken();
    expect((await client.limits.getContextLimits()).onlineSession.maxInvoices).toBe(10_000);
    expect((await client.limits.getSubjectLimits()).certificate?.maxCertificates).toBeGreaterThan(0);
    expect((await client.limits.getRateLimits()).invoiceSend.perSecond).toBeGreaterThan(0);
    expect((await client.peppol.queryProviders()).hasMore).toBe(false);
  });
});

async function withToken(token = foreign.company.ksefToken): Promise<KSeFClient> {
  const client = new KSeFClient({ baseUrl: foreign.baseUrl });
  await authenticateWithToken(client, { nip: foreign.company.nip, token, pollOptions: soon });
  return client;
}

async function withCertificate(
  certificate: "certificatePem" | "ecCertificatePem",
  key: "privateKeyPem" | "ecPrivateKeyPem",
): Promise<KSeFClient> {
  const { baseUrl, company } = foreign;
  const client = new KSeFClient({ baseUrl });
  await authenticateWithCertificate(client, {
    nip: company.nip,
    certPem: company[certificate],
    keyPem: company[key],
    pollOptions: soon,
  });
  return client;
}
