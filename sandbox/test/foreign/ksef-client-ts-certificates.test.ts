import { X509Certificate } from "node:crypto";
import { authenticateWithCertificate, KSeFClient, pollUntil } from "ksef-client-ts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { judge } from "../conformance/judge.ts";
import { createSandbox, type Company, type Sandbox } from "../../src/index.ts";

// A client we did not write, over real HTTP.
const soon = { intervalMs: 20, maxAttempts: 100 };
let sandbox: Sandbox;
let company: Company;
let baseUrl: string;

beforeAll(async () => {
  sandbox = await createSandbox({ processing: { acceptedMs: 30, processingMs: 50 }, limits: "off" });
  judge(sandbox);
  company = await sandbox.company("5265877635");
  baseUrl = (await sandbox.listen()).replace(/\/v2$/, "");
});
afterAll(() => sandbox.close());

it.each(["generateCsrRsa", "generateCsrEcdsa"] as const)(
  "ksef-client-ts gets a certificate with %s, logs in with it and revokes it",
  async (generate) => {
    const client = new KSeFClient({ baseUrl });
    await logIn(client, company.certificatePem, company.privateKeyPem);
    const { countryName, ...name } = await client.certificates.getEnrollmentData();
    const csr = await client.crypto[generate]({ ...name, countryCode: countryName });
    const { referenceNumber } = await client.certificates.enroll({
      certificateName: "Certyfikat 1",
      certificateType: "Authentication",
      csr: Buffer.from(csr.csrDer).toString("base64"),
    });
    const { certificateSerialNumber = "" } = await pollUntil(
      () => client.certificates.getEnrollmentStatus(referenceNumber),
      ({ status }) => status.code >= 200,
      soon,
    );
    const { certificates } = await client.certificates.retrieve({
      certificateSerialNumbers: [certificateSerialNumber],
    });
    const pem = new X509Certificate(Buffer.from(certificates[0]?.certificate ?? "", "base64")).toString();

    const again = new KSeFClient({ baseUrl });
    await logIn(again, pem, csr.privateKeyPem);
    await again.certificates.revoke(certificateSerialNumber, { revocationReason: "Superseded" });
    await expect(logIn(new KSeFClient({ baseUrl }), pem, csr.privateKeyPem)).rejects.toThrow(/460/);
  },
);

function logIn(client: KSeFClient, certPem: string, keyPem: string): Promise<unknown> {
  return authenticateWithCertificate(client, { nip: company.nip, certPem, keyPem, pollOptions: soon });
}
