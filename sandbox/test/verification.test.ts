import { webcrypto } from "node:crypto";
import { Secret } from "@ksef-hub/core";
import { kodI, kodII } from "@ksef-hub/core/offline";
// Demanded by the certificate library before it is loaded.
import "reflect-metadata";
import { PemConverter } from "@peculiar/x509";
import { beforeEach, describe, expect, it } from "vitest";
import { createSandbox, type Company, type Sandbox } from "../src/index.ts";
import { holder, makeCsr, newKeys, type Holder } from "./certificate-holder.ts";
import { sha256 } from "./client.ts";
import { invoiceXml } from "./invoice.ts";
import { virtualClock, type VirtualClock } from "./virtual-clock.ts";

// The codes are made by the hub, and verified by the sandbox by means of its own.
const environment = "http://localhost/v2";
const xml = invoiceXml();
const proof = { environment, sellerNip: "5265877635", sha256: sha256(xml) };
const issueDate = /<P_1>(.*)<\/P_1>/.exec(xml)?.[1] ?? "";
let clock: VirtualClock;
let sandbox: Sandbox;
let company: Company;
let mine: Holder;

beforeEach(async () => {
  clock = virtualClock();
  sandbox = await createSandbox({ clock, limits: "off" });
  company = await sandbox.company(proof.sellerNip);
  mine = await holder(sandbox, clock, company);
});

async function follow(link: string, accept = "application/json") {
  const response = await sandbox.app.request(link, { headers: { accept } });
  return { status: response.status, text: await response.text() };
}

describe("KOD I", () => {
  it("leads to the invoice once it is in KSeF, and to nothing for another document", async () => {
    const { link } = kodI({ ...proof, issueDate });
    expect((await follow(link)).status).toBe(404);
    const { ksefNumber } = await sandbox.deliver(Buffer.from(xml));
    expect((await follow(link)).status).toBe(404);
    clock.pass(1_000);
    expect(await follow(link)).toEqual({ status: 200, text: JSON.stringify({ ksefNumber }) });
    expect((await follow(link, "text/html")).text).toContain(`Numer KSeF: ${ksefNumber}`);
    const other = kodI({ ...proof, sha256: sha256(`${xml} `), issueDate });
    expect((await follow(other.link)).text).toContain("Tej faktury nie ma w KSeF.");
    const otherDay = kodI({ ...proof, issueDate: "2026-01-31" });
    expect((await follow(otherDay.link)).text).toContain("inną datę");
  });
});

async function code(certificateType: string, keys: webcrypto.CryptoKeyPair) {
  const algorithm = keys.publicKey.algorithm.name;
  const answer = await mine.request(await makeCsr(await mine.name(), keys, algorithm), { certificateType });
  clock.pass(1_000);
  const enrollment = await mine.get(`/certificates/enrollments/${answer.json.referenceNumber}`);
  const serialNumber = String(enrollment["certificateSerialNumber"]);
  const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  const privateKeyPem = new Secret(PemConverter.encode(pkcs8, "PRIVATE KEY"));
  const context = { type: "Nip", value: company.nip } as const;
  const { link } = kodII({ ...proof, context, certificate: { serialNumber, privateKeyPem } });
  return { link, serialNumber };
}

const rsaKeys = (): Promise<webcrypto.CryptoKeyPair> => {
  const size = { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", ...size };
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
};

describe("KOD II", () => {
  it.each([
    ["P-256", newKeys],
    ["RSA", rsaKeys],
  ])("vouches for an invoice that is not in KSeF yet: %s", async (_, makeKeys) => {
    const { link } = await code("Offline", await makeKeys());
    const { status, text } = await follow(link);
    expect([status, JSON.parse(text)]).toEqual([200, { issuer: expect.stringContaining(company.nip) }]);
    const tampered = link.replace(/\/([^/]+)\/([^/]+)$/, (_all, hash: string, signature: string) =>
      ["", hash.replace(/^./, (first) => (first === "A" ? "B" : "A")), signature].join("/"),
    );
    expect((await follow(tampered)).text).toContain("Podpis nie zgadza się");
  });

  it("does not with a certificate for logging in, or one that was revoked", async () => {
    expect((await follow((await code("Authentication", await newKeys())).link)).text).toContain("nie służy");
    const { link, serialNumber } = await code("Offline", await newKeys());
    await mine.revoke(serialNumber);
    expect((await follow(link)).text).toContain("nie jest aktywny");
  });
});
