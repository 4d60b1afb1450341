import {
  authenticateWithCertificate,
  authenticateWithToken,
  isValidKsefNumber,
  KSeFClient,
  openOnlineSession,
  pollUntil,
  type PollOptions,
} from "ksef-client-ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Company, type Sandbox } from "../src/index.ts";
import { sha256 } from "./client.ts";
import { invoiceXml } from "./invoice.ts";

// A client we did not write, over real HTTP: what it can do with the sandbox, it can do with KSeF.
const soon: PollOptions = { intervalMs: 20, maxAttempts: 100 };
let sandbox: Sandbox;
let company: Company;
let baseUrl: string;

beforeAll(async () => {
  sandbox = await createSandbox({ processing: { acceptedMs: 30, processingMs: 50 } });
  company = await sandbox.company("5265877635");
  baseUrl = (await sandbox.listen()).replace(/\/v2$/, "");
});
afterAll(() => sandbox.close());

const logins: [string, (client: KSeFClient) => Promise<unknown>][] = [
  [
    "a KSeF token",
    (client) =>
      authenticateWithToken(client, { nip: company.nip, token: company.ksefToken, pollOptions: soon }),
  ],
  ["an RSA certificate", (client) => withCertificate(client, company.certificatePem, company.privateKeyPem)],
  [
    "an EC certificate",
    (client) => withCertificate(client, company.ecCertificatePem, company.ecPrivateKeyPem),
  ],
];

describe.each(logins)("ksef-client-ts, logged in with %s", (_, logIn) => {
  it("sends an invoice and gets its UPO, then the one of the session", async () => {
    const client = new KSeFClient({ baseUrl });
    await logIn(client);
    const session = await openOnlineSession(client);
    const xml = invoiceXml({ issueDate: new Date().toISOString().slice(0, 10) });
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
    const linked = await fetch(invoice.upoDownloadUrl!);
    expect(await linked.text()).toBe(upo.upo);
    expect(linked.headers.get("x-ms-meta-hash")).toBe(upo.hash);

    await session.close();
    const collective = await session.waitForUpoParsed(soon);
    expect(collective.successfulInvoiceCount).toBe(1);
    const documents = collective.parsed[0]!.dokumenty;
    expect(documents.map(({ numerKSeFDokumentu }) => numerKSeFDokumentu)).toEqual([invoice.ksefNumber]);
  });
});

function withCertificate(client: KSeFClient, certPem: string, keyPem: string): Promise<unknown> {
  return authenticateWithCertificate(client, { nip: company.nip, certPem, keyPem, pollOptions: soon });
}
