import { execFileSync, spawnSync } from "node:child_process";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { EnrolmentData } from "../../../src/ksef/certificates/client.ts";
import { certificateRequest } from "../../../src/ksef/certificates/request.ts";

const haveOpenssl = spawnSync("openssl", ["version"]).status === 0;
if (!haveOpenssl) console.log("skipped: openssl is not installed (Debian: apt-get install openssl)");

// The attributes of the table in ksef-docs, certyfikaty-KSeF.md.
const seal: EnrolmentData = {
  countryName: "PL",
  organizationName: 'Żółć "i" synowie, sp. z o.o. + #1',
  organizationIdentifier: "VATPL-5265877635",
  commonName: "#1 w Łodzi",
  givenName: null,
};
const person: EnrolmentData = {
  countryName: "PL",
  givenName: ["Jan", "Maria"],
  surname: "Kowalski",
  serialNumber: "PNOPL-90010112345",
  uniqueIdentifier: "abc-1",
  commonName: "Jan Kowalski",
};

/** What OpenSSL makes of the request. */
function read(csr: string) {
  const folder = mkdtempSync(join(tmpdir(), "csr-"));
  try {
    writeFileSync(join(folder, "csr.der"), Buffer.from(csr, "base64"));
    const openssl = (...args: string[]) =>
      execFileSync("openssl", ["req", "-inform", "DER", "-in", "csr.der", "-noout", ...args], {
        cwd: folder,
        encoding: "utf8",
        stdio: "pipe",
      });
    return {
      // Some versions end with 0 even when the signature is wrong.
      verified: spawnSync("openssl", ["req", "-inform", "DER", "-in", "csr.der", "-noout", "-verify"], {
        cwd: folder,
        encoding: "utf8",
      }).stderr.includes("verify OK"),
      subject: openssl("-subject", "-nameopt", "multiline,utf8,-esc_msb,oid").split("\n").slice(1, -1),
      text: openssl("-text"),
      publicKey: openssl("-pubkey"),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.skipIf(!haveOpenssl)("a request for a certificate, read by OpenSSL", () => {
  it.each([
    ["ec", /ASN1 OID: prime256v1/, /ecdsa-with-SHA256/],
    ["rsa", /Public-Key: \(2048 bit\)/, /sha256WithRSAEncryption/],
  ] as const)("is signed with its key (%s)", async (kind, size, algorithm) => {
    const { csr, privateKeyPem } = await certificateRequest(seal, kind);

    const { verified, text, publicKey } = read(csr);
    expect(verified).toBe(true);
    expect(text).toMatch(size);
    expect(text).toMatch(algorithm);
    const ours = createPublicKey(createPrivateKey(privateKeyPem.reveal()));
    expect(createPublicKey(publicKey).equals(ours)).toBe(true);
  });

  it("does not verify when a byte is changed", async () => {
    const bytes = Buffer.from((await certificateRequest(seal)).csr, "base64");
    const place = bytes.indexOf("VATPL");
    bytes.write("X", place);

    expect(read(bytes.toString("base64")).verified).toBe(false);
  });

  it("has exactly the attributes of a company's seal", async () => {
    const { subject } = read((await certificateRequest(seal)).csr);

    expect(subject.map((line) => line.split("=").map((part) => part.trim()))).toEqual([
      ["2.5.4.6", "PL"],
      ["2.5.4.10", 'Żółć "i" synowie, sp. z o.o. + #1'],
      ["2.5.4.97", "VATPL-5265877635"],
      ["2.5.4.3", "#1 w Łodzi"],
    ]);
  });

  it("has exactly the attributes of a person, each given name on its own", async () => {
    const { subject } = read((await certificateRequest(person)).csr);

    expect(subject.map((line) => line.split("=").map((part) => part.trim()))).toEqual([
      ["2.5.4.6", "PL"],
      ["2.5.4.42", "Jan"],
      ["2.5.4.42", "Maria"],
      ["2.5.4.4", "Kowalski"],
      ["2.5.4.5", "PNOPL-90010112345"],
      ["2.5.4.45", "abc-1"],
      ["2.5.4.3", "Jan Kowalski"],
    ]);
  });
});

it("does not show the private key", async () => {
  const made = await certificateRequest(seal);

  expect(inspect(made) + JSON.stringify(made)).not.toContain("PRIVATE KEY");
  expect(made.privateKeyPem.reveal()).toContain("BEGIN PRIVATE KEY");
});
