import { KeyObject, X509Certificate } from "node:crypto";
import { KsefClient, XadesKeyPair, type TokenStatusResponse } from "ksef-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeCsr, newKeys } from "../certificate-holder.ts";
import { sha256 } from "../client.ts";
import { openForeignSandbox, type ForeignSandbox } from "./foreign-sandbox.ts";
import { until } from "./until.ts";

// It names no publicKeyId with the keys it encrypts, and asks for the UPO feature of old.
const soon = { pollIntervalMs: 20, maxAttempts: 100 };
const formCode = { systemCode: "FA (3)", schemaVersion: "1-0E", value: "FA" } as const;
let foreign: ForeignSandbox;

beforeAll(async () => {
  foreign = await openForeignSandbox();
});
afterAll(() => foreign.sandbox.close());

const logins: [string, () => Promise<KsefClient>][] = [
  ["a KSeF token", () => withToken()],
  [
    "an RSA certificate",
    () => withCertificate(foreign.company.certificatePem, foreign.company.privateKeyPem),
  ],
  [
    "an EC certificate",
    () => withCertificate(foreign.company.ecCertificatePem, foreign.company.ecPrivateKeyPem),
  ],
];

describe.each(logins)("ksef-client, logged in with %s", (_, logIn) => {
  it("sends an invoice, gets its UPO, then the one of the session, and downloads it", async () => {
    const client = await logIn();
    const session = await client.workflows.sessions.online.open({ formCode, upoV43: true });
    const xml = foreign.xml();
    const { referenceNumber } = await session.sendInvoice({ invoice: xml });
    const invoice = await until(
      () => client.sessions.getSessionInvoiceStatus(session.referenceNumber, referenceNumber),
      (answer) => (answer["status"] as { code: number }).code >= 200,
    );
    expect(invoice).toMatchObject({ status: { code: 200 }, invoiceHash: sha256(xml) });
    const number = invoice["ksefNumber"] as string;
    const upo = await client.sessions.getSessionInvoiceUpoByKsefNumber(session.referenceNumber, number);
    expect(upo).toContain(`<NumerKSeFDokumentu>${number}</NumerKSeFDokumentu>`);
    expect(
      await client.sessions.getSessionInvoiceUpoByReferenceNumber(session.referenceNumber, referenceNumber),
    ).toBe(upo);

    await session.close();
    // It takes 170, a session closed but not done, for a failure: it must not ask before.
    await until(
      () => session.status(),
      ({ status }) => status.code === 200,
    );
    const collective = await session.waitForUpoParsed(soon);
    expect(collective).toMatchObject({
      numerReferencyjnySesji: session.referenceNumber,
      dokumenty: [{ numerKSeFDokumentu: number, skrotDokumentu: sha256(xml), trybWysylki: "Online" }],
    });
    expect(await client.invoices.getInvoice(number)).toBe(xml);
  });
});

describe("ksef-client", () => {
  it("sends a package in three parts and gets the UPO of its session", async () => {
    const client = await withToken();
    const documents = [foreign.xml(), foreign.xml(), foreign.xml()];
    const session = await client.workflows.sessions.batch.openUploadAndClose({
      formCode,
      invoices: documents.map((invoice, index) => ({ fileName: `${index}.xml`, invoice })),
      maxPartSizeBytes: 1200,
      parallelism: 3,
    });
    // It takes 150, a package in processing, for a failure: it must not ask before.
    const { invoiceCount, successfulInvoiceCount } = await until(
      () => session.status(),
      ({ status }) => status.code === 200,
    );
    expect([invoiceCount, successfulInvoiceCount]).toEqual([3, 3]);
    const upo = await session.waitForUpoParsed(soon);
    expect(upo?.dokumenty.map(({ skrotDokumentu }) => skrotDokumentu)).toEqual(
      documents.map((xml) => sha256(xml)),
    );
  });

  it("makes a token, logs in with it, and cannot once it is revoked", async () => {
    const { certificatePem, privateKeyPem } = foreign.company;
    const client = await withCertificate(certificatePem, privateKeyPem);
    const made = await client.tokens.generateToken({
      permissions: ["InvoiceRead", "InvoiceWrite"],
      description: "Token do testów",
    });
    const becomes = (wanted: TokenStatusResponse["status"]) =>
      until(
        () => client.tokens.getToken(made.referenceNumber),
        ({ status }) => status === wanted,
      );
    await becomes("Active");
    const other = await withToken(made.token);
    const session = await other.workflows.sessions.online.open({ formCode });
    expect((await session.status()).status.code).toBe(100);
    await client.tokens.revokeToken(made.referenceNumber);
    await becomes("Revoked");
    await expect(withToken(made.token)).rejects.toThrow("450");
  });

  it("gets a certificate, logs in with it and revokes it", async () => {
    const { certificatePem, privateKeyPem } = foreign.company;
    const client = await withCertificate(certificatePem, privateKeyPem);
    const keys = await newKeys();
    const csr = await makeCsr(
      (await client.certificates.getEnrollmentData()) as Record<string, string>,
      keys,
    );
    const request = { certificateName: "Certyfikat 1", certificateType: "Authentication", csr };
    const { referenceNumber } = await client.certificates.createEnrollment(request);
    const { certificateSerialNumber } = await until(
      () => client.certificates.getEnrollmentStatus(referenceNumber as string),
      (answer) => answer["certificateSerialNumber"] !== undefined,
    );
    const certificateSerialNumbers = [certificateSerialNumber as string];
    const retrieved = await client.certificates.retrieveCertificates({ certificateSerialNumbers });
    const [{ certificate }] = retrieved["certificates"] as [{ certificate: string }];
    const pem = new X509Certificate(Buffer.from(certificate, "base64")).toString();
    const key = KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "pem" }).toString();

    const again = await withCertificate(pem, key);
    await again.certificates.revokeCertificate(certificateSerialNumbers[0]!);
    await expect(withCertificate(pem, key)).rejects.toThrow("460");
    const found = await until(
      () => client.certificates.queryCertificates({ status: "Revoked" }),
      (answer) => (answer["certificates"] as unknown[]).length > 0,
    );
    expect(found).toMatchObject({ certificates: [{ certificateSerialNumber }] });
  });
});

async function withToken(token = foreign.company.ksefToken): Promise<KsefClient> {
  const { baseUrl, company } = foreign;
  return KsefClient.connect({ baseUrl, token, context: { type: "Nip", value: company.nip }, ...soon });
}

async function withCertificate(certificatePem: string, privateKeyPem: string): Promise<KsefClient> {
  const client = new KsefClient({ baseUrl: foreign.baseUrl });
  const tokens = await client.workflows.auth.authenticateWithCertificate({
    keyPair: XadesKeyPair.fromPem({ certificatePem, privateKeyPem }),
    context: { type: "Nip", value: foreign.company.nip },
    ...soon,
  });
  client.authManager.setTokens(tokens);
  return client;
}
