import { spawnSync } from "node:child_process";
import { generateKeyPairSync, webcrypto } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VerificationLinkService } from "ksef-client-ts";
import { describe, expect, it } from "vitest";
import { HubError } from "../../src/error.ts";
import { kodI, kodII } from "../../src/offline/kod.ts";
import { Secret } from "../../src/secret.ts";

// The invoice of the examples in kody-qr.md.
const sha256 = "UtQp9Gpc51y+u3xApZjIjgkpZ01js+J8KflSPW8WzIE=";
const proof = { environment: "test", sellerNip: "1111111111", sha256 };
const context = { type: "Nip", value: "1111111111" } as const;
const serialNumber = "01F20A5D352AE590";
const signedText =
  "qr-test.ksef.mf.gov.pl/certificate/Nip/1111111111/1111111111/01F20A5D352AE590/UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE";

const keys = {
  "RSA 2048": generateKeyPairSync("rsa", { modulusLength: 2048 }),
  "RSA 3072": generateKeyPairSync("rsa", { modulusLength: 3072 }),
  "P-256": generateKeyPairSync("ec", { namedCurve: "P-256" }),
};
type KeyPair = (typeof keys)["P-256"];

const haveOpenssl = spawnSync("openssl", ["version"]).status === 0;
if (!haveOpenssl) console.log("skipped: openssl is not installed (Debian: apt-get install openssl)");

describe("KOD I", () => {
  it("is the link of the guide, to the letter", () => {
    expect(kodI({ ...proof, issueDate: "2026-02-01" })).toEqual({
      link: "https://qr-test.ksef.mf.gov.pl/invoice/1111111111/01-02-2026/UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE",
      label: "OFFLINE",
    });
  });

  it("bears the KSeF number once there is one", () => {
    const ksefNumber = "5265877635-20250729-01004014E040-00";
    expect(kodI({ ...proof, issueDate: "2026-02-01", ksefNumber }).label).toBe(ksefNumber);
  });

  it.each([
    ["test", "https://qr-test.ksef.mf.gov.pl/invoice/"],
    ["demo", "https://qr-demo.ksef.mf.gov.pl/invoice/"],
    ["production", "https://qr.ksef.mf.gov.pl/invoice/"],
    ["https://api-demo.ksef.mf.gov.pl/v2/", "https://qr-demo.ksef.mf.gov.pl/invoice/"],
    ["http://localhost:8180/v2", "http://localhost:8180/invoice/"],
    ["https://example.org/sandbox/v2/", "https://example.org/sandbox/invoice/"],
  ])("leads to the place of the environment %s", (environment, expected) => {
    expect(kodI({ ...proof, environment, issueDate: "2026-02-01" }).link.startsWith(expected)).toBe(true);
  });

  it("is what a foreign client makes", () => {
    const foreign = new VerificationLinkService("https://qr.ksef.mf.gov.pl");
    expect(kodI({ ...proof, environment: "production", issueDate: "2027-12-31" }).link).toBe(
      foreign.buildInvoiceVerificationUrl(proof.sellerNip, "2027-12-31", sha256),
    );
  });

  it.each([
    ["a hash that is none", { sha256: "UtQp9Gpc51y" }],
    ["a date the other way round", { issueDate: "01-02-2026" }],
    ["a NIP with a slash", { sellerNip: "111/111" }],
    ["a NIP that is missing", { sellerNip: "" }],
  ])("is not made of %s", (_, wrong) => {
    expect(() => kodI({ ...proof, issueDate: "2026-02-01", ...wrong })).toThrow(/cannot stand|is not a/);
  });
});

describe("KOD II", () => {
  for (const [kind, pair] of Object.entries(keys) as [keyof typeof keys, KeyPair][]) {
    const link = kodII({ ...proof, context, certificate: { serialNumber, privateKeyPem: pem(pair) } }).link;
    const signature = signatureOf(link);

    it(`signs the text of the guide with ${kind}, as WebCrypto confirms`, async () => {
      expect(link).toBe(`https://${signedText}/${signature.toString("base64url")}`);
      expect(await verifies(pair, signature, signedText)).toBe(true);
      expect(await verifies(pair, signature, `${signedText}/`)).toBe(false);
      expect(await verifies(pair, signature, `https://${signedText}`)).toBe(false);
    });

    it.skipIf(!haveOpenssl)(`signs with ${kind}, as openssl confirms`, () => {
      expect(opensslSays(pair, signature, signedText)).toContain("Verified OK");
      expect(opensslSays(pair, signature, signedText.replace("Nip", "nip"))).not.toContain("Verified OK");
    });

    it(`agrees with a foreign client on all but the signature, and on how ${kind} makes one`, async () => {
      const foreign = new VerificationLinkService("https://qr-test.ksef.mf.gov.pl");
      const { type, value } = context;
      const other = foreign.buildCertificateVerificationUrl(
        type,
        value,
        proof.sellerNip,
        serialNumber,
        sha256,
        pem(pair).reveal(),
      );
      expect(other.slice(0, other.lastIndexOf("/"))).toBe(`https://${signedText}`);
      expect(await verifies(pair, signatureOf(other), signedText)).toBe(true);
    });
  }

  it("has R||S of 64 bytes for P-256, and 256 bytes for RSA 2048 as in the guide's example", () => {
    const sizes = [keys["P-256"], keys["RSA 2048"]].map((pair) => {
      const certificate = { serialNumber, privateKeyPem: pem(pair) };
      return signatureOf(kodII({ ...proof, context, certificate }).link).byteLength;
    });
    expect(sizes).toEqual([64, 256]);
  });

  it("names the context and the certificate, and is labelled CERTYFIKAT", async () => {
    const pair = keys["P-256"];
    const { link, label } = kodII({
      environment: "http://localhost:8180/v2",
      context: { type: "NipVatUe", value: "5265877635-ATU12345678" },
      sellerNip: "5265877635",
      certificate: { serialNumber: "0A", privateKeyPem: pem(pair) },
      sha256,
    });
    const unsigned =
      "localhost:8180/certificate/NipVatUe/5265877635-ATU12345678/5265877635/0A/UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE";
    expect(link.startsWith(`http://${unsigned}/`)).toBe(true);
    const signature = signatureOf(link);
    expect(await verifies(pair, signature, unsigned)).toBe(true);
    expect(label).toBe("CERTYFIKAT");
  });

  it.each([
    ["RSA of 1024 bits", () => pem(generateKeyPairSync("rsa", { modulusLength: 1024 }))],
    ["P-384", () => pem(generateKeyPairSync("ec", { namedCurve: "P-384" }))],
    ["Ed25519", () => pem(generateKeyPairSync("ed25519"))],
    ["no key at all", () => new Secret("-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----\n")],
  ])("is not made with %s, and the error does not quote the key", (_, makeKey) => {
    const privateKeyPem = makeKey();
    const error = thrownBy(() => kodII({ ...proof, context, certificate: { serialNumber, privateKeyPem } }));
    expect(error).toMatchObject({ code: "ksef.credentials" });
    expect(String(error) + (error as HubError).stack).not.toContain(privateKeyPem.reveal().split("\n")[1]);
  });
});

/** In PKCS #8 and PEM, as a Secret. */
function pem(pair: Pick<KeyPair, "privateKey">): Secret {
  return new Secret(pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString());
}

const signatureOf = (link: string): Buffer => Buffer.from(link.slice(link.lastIndexOf("/") + 1), "base64url");

async function verifies({ publicKey }: KeyPair, signature: Buffer, text: string): Promise<boolean> {
  const algorithm =
    publicKey.asymmetricKeyType === "rsa"
      ? { name: "RSA-PSS", hash: "SHA-256", saltLength: 32 }
      : { name: "ECDSA", hash: "SHA-256", namedCurve: "P-256" };
  const spki = publicKey.export({ type: "spki", format: "der" });
  const key = await webcrypto.subtle.importKey("spki", spki, algorithm, false, ["verify"]);
  return webcrypto.subtle.verify(algorithm, key, signature, Buffer.from(text));
}

function opensslSays({ publicKey }: KeyPair, signature: Buffer, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "kod-"));
  try {
    const isRsa = publicKey.asymmetricKeyType === "rsa";
    writeFileSync(join(folder, "key.pem"), publicKey.export({ type: "spki", format: "pem" }));
    writeFileSync(join(folder, "signature"), isRsa ? signature : der(signature));
    writeFileSync(join(folder, "text"), text);
    const pss = ["rsa_padding_mode:pss", "rsa_pss_saltlen:32", "rsa_mgf1_md:sha256"];
    const options = isRsa ? pss.flatMap((option) => ["-sigopt", option]) : [];
    const call = ["dgst", "-sha256", ...options, "-verify", "key.pem", "-signature", "signature", "text"];
    return spawnSync("openssl", call, { cwd: folder, encoding: "utf8" }).stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** openssl knows ECDSA signatures as a SEQUENCE of two INTEGERs alone. */
function der(signature: Buffer): Buffer {
  const integers = [signature.subarray(0, 32), signature.subarray(32)].flatMap((half) => {
    const digits = [...half.subarray(half.findIndex((byte) => byte !== 0))];
    if ((digits[0] ?? 0) > 0x7f) digits.unshift(0);
    return [0x02, digits.length, ...digits];
  });
  return Buffer.from([0x30, integers.length, ...integers]);
}

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("Nothing was thrown.");
}
