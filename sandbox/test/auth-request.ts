import { execFileSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface RequestParts {
  challenge: string;
  nip?: string;
  type?: string;
  version?: string;
}

/** An AuthTokenRequest without a signature, with a comment and Polish letters in the way. */
export function requestXml(parts: RequestParts): string {
  const { challenge, nip = "5265877635", type = "certificateSubject", version = "2.0" } = parts;
  return `<?xml version="1.0" encoding="utf-8"?><AuthTokenRequest xmlns="http://ksef.mf.gov.pl/auth/token/${version}"><!-- zażółć -->
  <Challenge>${challenge}</Challenge><ContextIdentifier><Nip>${nip}</Nip></ContextIdentifier>
  <SubjectIdentifierType>${type}</SubjectIdentifierType></AuthTokenRequest>`;
}

export interface Signer {
  certificatePem: string;
  privateKeyPem: string;
}

/** How to sign; the defaults make a correct signature with an RSA key. */
export interface Signing {
  signature?: string;
  canonicalization?: string;
  /** Reference elements to leave out. */
  without?: "document" | "properties";
  /** Id of the signature that QualifyingProperties names. */
  target?: string;
  /** Tag before whose end the signature is put. */
  parent?: string;
}

/** Puts a XAdES template into the request and lets xmlsec1 fill in the digests and the signature value. */
export function signWithXmlsec(xml: string, signer: Signer, signing: Signing = {}): string {
  const { parent = "AuthTokenRequest" } = signing;
  const folder = mkdtempSync(join(tmpdir(), "sandbox-xades-"));
  const [templateFile, keyFile] = [join(folder, "template.xml"), join(folder, "key.pem")];
  writeFileSync(templateFile, xml.replace(`</${parent}>`, `${template(signer, signing)}</${parent}>`));
  writeFileSync(keyFile, signer.privateKeyPem);
  const properties = "http://uri.etsi.org/01903/v1.3.2#:SignedProperties";
  const options = ["--sign", "--privkey-pem", keyFile, "--id-attr:Id", properties, templateFile];
  // It complains on stderr that nobody vouches for a self-signed certificate.
  return execFileSync("xmlsec1", options, { encoding: "utf8", stdio: "pipe" });
}

function template({ certificatePem }: Signer, signing: Signing): string {
  const {
    signature = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    canonicalization = "http://www.w3.org/2001/10/xml-exc-c14n#",
    target = "sig",
    without,
  } = signing;
  const { raw } = new X509Certificate(certificatePem);
  const digest = '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha512"/>';
  const references = {
    document: `<ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/></ds:Transforms>${digest}<ds:DigestValue/></ds:Reference>`,
    properties: `<ds:Reference URI="#props" Type="http://uri.etsi.org/01903#SignedProperties"><ds:Transforms><ds:Transform Algorithm="${canonicalization}"/></ds:Transforms>${digest}<ds:DigestValue/></ds:Reference>`,
  };
  return `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="sig"><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="${canonicalization}"/><ds:SignatureMethod Algorithm="${signature}"/>
${without === "document" ? "" : references.document}${without === "properties" ? "" : references.properties}
</ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${raw.toString("base64")}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>
<ds:Object><xades:QualifyingProperties xmlns:xades="http://uri.etsi.org/01903/v1.3.2#" Target="#${target}"><xades:SignedProperties Id="props"><!-- kept out --><xades:SignedSignatureProperties>
<xades:SigningTime>2026-03-02T11:00:00Z</xades:SigningTime><xades:SigningCertificateV2><xades:Cert><xades:CertDigest>${digest}<ds:DigestValue>${createHash("sha512").update(raw).digest("base64")}</ds:DigestValue></xades:CertDigest></xades:Cert></xades:SigningCertificateV2>
</xades:SignedSignatureProperties></xades:SignedProperties></xades:QualifyingProperties></ds:Object></ds:Signature>`;
}
