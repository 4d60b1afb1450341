import { createHash, sign } from "node:crypto";
import type { Seal } from "./seal.ts";

/**
 * Puts an enveloped XAdES-BASELINE-B signature before the end tag of the root: RSA-SHA256, exclusive canonicalization.
 * `xml` is an XML declaration, a line feed and the root in canonical form. The same arguments always give the same
 * bytes. Source: ETSI EN 319 132-1; XMLDSig 1.1.
 */
export function signDocument(seal: Seal, xml: string, signedAt: number): Buffer<ArrayBuffer> {
  // A carriage return in canonical text is a character reference; a bare one would be read as a line feed.
  const document = xml.replaceAll("\r", "&#xD;");
  const properties = signedProperties(seal, signedAt);
  const info = signedInfo(sha256(document.slice(document.indexOf("\n") + 1)), sha256(properties));
  const value = sign("sha256", Buffer.from(info), seal.privateKey).toString("base64");
  const signature = [
    `<ds:Signature xmlns:ds="${ds}" Id="Signature">`,
    info,
    `<ds:SignatureValue>${value}</ds:SignatureValue>`,
    `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${seal.certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`,
    `<ds:Object><xades:QualifyingProperties xmlns:xades="${xades}" Target="#Signature">`,
    properties,
    "</xades:QualifyingProperties></ds:Object></ds:Signature>",
  ].join("");
  const end = document.lastIndexOf("</");
  return Buffer.from(document.slice(0, end) + signature + document.slice(end));
}

const ds = "http://www.w3.org/2000/09/xmldsig#";
const xades = "http://uri.etsi.org/01903/v1.3.2#";

// What is signed stands in the document exactly as in canonical form: each namespace declared where it is first used,
// attributes in order, no empty-element tags. So nothing has to be canonicalized.

const exclusive = 'Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"';
const digestMethod = 'Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>';

function signedProperties({ certificateSha256 }: Seal, signedAt: number): string {
  return [
    `<xades:SignedProperties xmlns:xades="${xades}" Id="SignedProperties"><xades:SignedSignatureProperties>`,
    `<xades:SigningTime>${new Date(signedAt).toISOString()}</xades:SigningTime>`,
    "<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>",
    `<ds:DigestMethod xmlns:ds="${ds}" ${digestMethod}`,
    `<ds:DigestValue xmlns:ds="${ds}">${certificateSha256}</ds:DigestValue>`,
    "</xades:CertDigest></xades:Cert></xades:SigningCertificateV2></xades:SignedSignatureProperties>",
    '<xades:SignedDataObjectProperties><xades:DataObjectFormat ObjectReference="#Document">',
    "<xades:MimeType>text/xml</xades:MimeType></xades:DataObjectFormat></xades:SignedDataObjectProperties>",
    "</xades:SignedProperties>",
  ].join("");
}

function signedInfo(documentSha256: string, propertiesSha256: string): string {
  return [
    `<ds:SignedInfo xmlns:ds="${ds}"><ds:CanonicalizationMethod ${exclusive}></ds:CanonicalizationMethod>`,
    '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod>',
    '<ds:Reference Id="Document" URI=""><ds:Transforms>',
    `<ds:Transform Algorithm="${ds}enveloped-signature"></ds:Transform>`,
    `<ds:Transform ${exclusive}></ds:Transform></ds:Transforms>`,
    `<ds:DigestMethod ${digestMethod}<ds:DigestValue>${documentSha256}</ds:DigestValue></ds:Reference>`,
    '<ds:Reference Type="http://uri.etsi.org/01903#SignedProperties" URI="#SignedProperties">',
    `<ds:Transforms><ds:Transform ${exclusive}></ds:Transform></ds:Transforms>`,
    `<ds:DigestMethod ${digestMethod}<ds:DigestValue>${propertiesSha256}</ds:DigestValue></ds:Reference>`,
    "</ds:SignedInfo>",
  ].join("");
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("base64");
