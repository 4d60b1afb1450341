import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { HubError } from "../../src/error.ts";
import { Secret } from "../../src/secret.ts";
import { signedAuthTokenRequest } from "../../src/ksef/xades.ts";
import { sealCertificate, type Kind } from "./certificates.ts";

const nip = "5265877635";
const challenge = "20260601-CR-1234567890-ABCDEF1234-5A";
const signingTime = Date.UTC(2026, 5, 1, 12);
const haveXmlsec = spawnSync("xmlsec1", ["--version"]).status === 0;
if (!haveXmlsec) console.log("skipped: xmlsec1 is not installed (Debian: apt-get install xmlsec1)");

/** Throws unless Debian's xmlsec1 accepts both references and the signature. */
function verifyWithXmlsec(xml: string, certificatePem: string): void {
  const folder = mkdtempSync(join(tmpdir(), "xades-"));
  try {
    writeFileSync(join(folder, "signed.xml"), xml);
    writeFileSync(join(folder, "certificate.pem"), certificatePem);
    const id = "http://uri.etsi.org/01903/v1.3.2#:SignedProperties";
    const key = ["--trusted-pem", "certificate.pem", "--enabled-key-data", "x509"];
    execFileSync("xmlsec1", ["--verify", "--id-attr:Id", id, ...key, "signed.xml"], {
      cwd: folder,
      stdio: "pipe",
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("a signed AuthTokenRequest", () => {
  for (const kind of ["RSA 2048", "P-256", "P-384"] as Kind[]) {
    it.skipIf(!haveXmlsec)(`verifies with xmlsec1 for ${kind}, and not when a byte is changed`, async () => {
      const seal = await sealCertificate(kind, nip);
      const xml = signedAuthTokenRequest({ ...seal, nip, challenge, signingTime });
      verifyWithXmlsec(xml, seal.certificatePem);
      expect(() => verifyWithXmlsec(xml.replace(nip, "1111111111"), seal.certificatePem)).toThrow(/xmlsec1/);
      const otherTime = xml.replace("2026-06-01T12:00:00.000Z", "2026-06-01T13:00:00.000Z");
      expect(() => verifyWithXmlsec(otherTime, seal.certificatePem)).toThrow(/xmlsec1/);
    });
  }

  it("names the issuer in RFC 2253 order and the serial number in decimal", async () => {
    const seal = await sealCertificate("P-256", nip);
    const xml = signedAuthTokenRequest({ ...seal, nip, challenge, signingTime });
    const issuer = /X509IssuerName[^>]*>([^<]*)</.exec(xml)?.[1];
    expect(issuer).toMatch(/^CN=Próba,.*O=Próba &amp; Syn\\, sp\. z o\.o\.,C=PL$/);
    expect(xml).toContain(`>${BigInt("0x00f1e2d3c4b5a69788")}</ds:X509SerialNumber>`);
  });

  it("is refused when key and certificate cannot make a signature KSeF accepts", async () => {
    const seal = await sealCertificate("P-256", nip);
    const other = await sealCertificate("P-256", nip);
    const weak = await sealCertificate("RSA 1024", nip);
    const expired = await sealCertificate("P-256", nip, new Date("2026-01-01"));
    const broken = {
      ...seal,
      privateKeyPem: new Secret("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----"),
    };
    for (const [pair, reason] of [
      [{ ...seal, privateKeyPem: other.privateKeyPem }, "does not belong"],
      [weak, "2048 bits"],
      [expired, "expired on"],
      [broken, "not readable PEM"],
    ] as const) {
      const attempt = () => signedAuthTokenRequest({ ...pair, nip, challenge, signingTime });
      expect(attempt).toThrow(HubError);
      expect(attempt).toThrow(reason);
      expect(attempt).not.toThrow("c2VjcmV0");
    }
  });
});
