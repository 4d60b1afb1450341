import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SignatureService } from "ksef-client-ts";
import { beforeAll, describe, expect, it } from "vitest";
import { createSandbox } from "../src/index.ts";
import { verifyXades } from "../src/xades.ts";
import { requestXml, signWithXmlsec, type Signer } from "./auth-request.ts";

// Signatures by an independent tool: right ones of every kind, and wrong ones whose value is nevertheless right.
const tools = ["xmlsec1", "openssl"].filter((tool) => spawnSync(tool, ["--version"]).error !== undefined);
const xml = requestXml({ challenge: "20260302-CR-226FB7B000-3ACF9BE4C0-10" });
const keys: Record<"rsa" | "ec", Signer> = {
  rsa: { certificatePem: "", privateKeyPem: "" },
  ec: { certificatePem: "", privateKeyPem: "" },
};

beforeAll(async () => {
  const sandbox = await createSandbox();
  const company = await sandbox.company("5265877635");
  keys.rsa = company;
  keys.ec = { certificatePem: company.ecCertificatePem, privateKeyPem: company.ecPrivateKeyPem };
});

describe.skipIf(tools.length > 0)(`a signature made by xmlsec1 (skipped without: ${tools.join()})`, () => {
  it.each([
    ["rsa", "rsa-sha256", "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"],
    ["rsa", "rsa-sha384", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"],
    ["rsa", "rsa-sha512", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"],
    ["ec", "ecdsa-sha256", "http://www.w3.org/2001/10/xml-exc-c14n#"],
    ["ec", "ecdsa-sha384", "http://www.w3.org/2006/12/xml-c14n11"],
    ["ec", "ecdsa-sha512", "http://www.w3.org/2006/12/xml-c14n11#WithComments"],
  ] as const)("is accepted: %s key, %s, %s", (key, algorithm, canonicalization) => {
    const signature = `http://www.w3.org/2001/04/xmldsig-more#${algorithm}`;
    const signed = signWithXmlsec(xml, keys[key], { signature, canonicalization });
    expect(verify(signed)).toBe("accepted");
  });

  it.each([
    [
      "does not cover the document",
      { without: "document" },
      "9105 Nieprawidłowy podpis. Podpis nie obejmuje dokumentu.",
    ],
    ["does not cover its properties", { without: "properties" }, "Podpis nie obejmuje SignedProperties."],
    [
      "has the properties of another one",
      { target: "other" },
      "QualifyingProperties nie dotyczy tego podpisu.",
    ],
    ["is deeper than below the root", { parent: "ContextIdentifier" }, "Podpis nie jest otaczany"],
    [
      "uses SHA-1",
      { signature: "http://www.w3.org/2000/09/xmldsig#rsa-sha1" },
      "Wartość podpisu jest nieprawidłowa.",
    ],
  ] as const)("is refused when it %s", (_, signing, reason) => {
    expect(verify(signWithXmlsec(xml, keys.rsa, signing))).toContain(reason);
  });

  it("is refused when the RSA key has fewer than 2048 bits", () => {
    expect(verify(signWithXmlsec(xml, shortKey()))).toContain("Klucz certyfikatu jest za krótki");
  });
});

it("a signature is refused when the root has the Id of its properties", () => {
  const twice = xml.replace("<AuthTokenRequest", '<AuthTokenRequest Id="SignedProperties"');
  const signed = SignatureService.sign(twice, keys.rsa.certificatePem, keys.rsa.privateKeyPem);
  expect(verify(signed)).toContain("Identyfikator elementu występuje dwa razy.");
});

function verify(signed: string): string {
  try {
    verifyXades(Buffer.from(signed));
    return "accepted";
  } catch (error) {
    return String(error);
  }
}

function shortKey(): Signer {
  const folder = mkdtempSync(join(tmpdir(), "sandbox-short-"));
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  const options = [
    "req",
    "-x509",
    "-newkey",
    "rsa:1024",
    "-nodes",
    "-subj",
    "/CN=short",
    "-keyout",
    key,
    "-out",
    certificate,
  ];
  execFileSync("openssl", options, { stdio: "pipe" });
  return { certificatePem: readFileSync(certificate, "utf8"), privateKeyPem: readFileSync(key, "utf8") };
}
