import { createHash, createPrivateKey, sign, X509Certificate, type KeyObject } from "node:crypto";
import { HubError } from "../error.ts";
import type { Secret } from "../secret.ts";

export interface AuthTokenRequest {
  challenge: string;
  nip: string;
  certificatePem: string;
  privateKeyPem: Secret;
  /** Milliseconds since 1970. */
  signingTime: number;
}

/**
 * An `AuthTokenRequest` with an enveloped XAdES-BES signature: RSA with SHA-256, or ECDSA with SHA-256 and `R||S`.
 * Every signed part is written in its exclusive canonical form from the start, so that what is hashed is what is
 * sent and no canonicalisation is needed.
 * Source: ksef-docs, auth/podpis-xades.md; schema AuthTokenRequest 2.0.
 */
export function signedAuthTokenRequest(request: AuthTokenRequest): string {
  const { certificate, key } = keyPair(request);
  const content =
    `<Challenge>${escapeXml(request.challenge)}</Challenge>` +
    `<ContextIdentifier><Nip>${escapeXml(request.nip)}</Nip></ContextIdentifier>` +
    `<SubjectIdentifierType>certificateSubject</SubjectIdentifierType>`;
  const open = `<AuthTokenRequest xmlns="http://ksef.mf.gov.pl/auth/token/2.0">`;
  const close = `</AuthTokenRequest>`;

  const properties = signedProperties(certificate, request.signingTime);
  const ec = key.asymmetricKeyType === "ec";
  const info = signedInfo(ec ? ecdsaSha256 : rsaSha256, sha256(open + content + close), sha256(properties));
  const value = sign("sha256", Buffer.from(info), ec ? { key, dsaEncoding: "ieee-p1363" } : key);
  const signature =
    `<ds:Signature xmlns:ds="${ds}" Id="Signature">${info}` +
    `<ds:SignatureValue>${value.toString("base64")}</ds:SignatureValue>` +
    `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate.raw.toString("base64")}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>` +
    `<ds:Object><xades:QualifyingProperties xmlns:xades="${xades}" Target="#Signature">${properties}</xades:QualifyingProperties></ds:Object>` +
    `</ds:Signature>`;
  return open + content + signature + close;
}

const ds = "http://www.w3.org/2000/09/xmldsig#";
const xades = "http://uri.etsi.org/01903/v1.3.2#";
const exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
const digestMethod = "http://www.w3.org/2001/04/xmlenc#sha256";
const rsaSha256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const ecdsaSha256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";

const transform = (algorithm: string): string => `<ds:Transform Algorithm="${algorithm}"></ds:Transform>`;

const digest = (value: string): string =>
  `<ds:DigestMethod Algorithm="${digestMethod}"></ds:DigestMethod><ds:DigestValue>${value}</ds:DigestValue>`;

function signedInfo(signatureMethod: string, documentDigest: string, propertiesDigest: string): string {
  return (
    `<ds:SignedInfo xmlns:ds="${ds}">` +
    `<ds:CanonicalizationMethod Algorithm="${exclusive}"></ds:CanonicalizationMethod>` +
    `<ds:SignatureMethod Algorithm="${signatureMethod}"></ds:SignatureMethod>` +
    `<ds:Reference URI=""><ds:Transforms>${transform(`${ds}enveloped-signature`)}${transform(exclusive)}</ds:Transforms>` +
    `${digest(documentDigest)}</ds:Reference>` +
    `<ds:Reference Type="http://uri.etsi.org/01903#SignedProperties" URI="#SignedProperties">` +
    `<ds:Transforms>${transform(exclusive)}</ds:Transforms>${digest(propertiesDigest)}</ds:Reference>` +
    `</ds:SignedInfo>`
  );
}

/** Exclusive canonical form declares `ds` anew on each outermost element that uses it. */
const outermost = (name: string, content: string, attributes = ""): string =>
  `<ds:${name} xmlns:ds="${ds}"${attributes}>${content}</ds:${name}>`;

function signedProperties(certificate: X509Certificate, signingTime: number): string {
  return (
    `<xades:SignedProperties xmlns:xades="${xades}" Id="SignedProperties"><xades:SignedSignatureProperties>` +
    `<xades:SigningTime>${new Date(signingTime).toISOString()}</xades:SigningTime>` +
    `<xades:SigningCertificate><xades:Cert>` +
    `<xades:CertDigest>${outermost("DigestMethod", "", ` Algorithm="${digestMethod}"`)}` +
    `${outermost("DigestValue", sha256(certificate.raw))}</xades:CertDigest>` +
    `<xades:IssuerSerial>${outermost("X509IssuerName", escapeXml(issuerName(certificate)))}` +
    `${outermost("X509SerialNumber", BigInt(`0x${certificate.serialNumber}`).toString())}</xades:IssuerSerial>` +
    `</xades:Cert></xades:SigningCertificate>` +
    `</xades:SignedSignatureProperties></xades:SignedProperties>`
  );
}

function keyPair({ certificatePem, privateKeyPem, signingTime }: AuthTokenRequest) {
  const certificate = parsePem(() => new X509Certificate(certificatePem), "certificate");
  const key = parsePem(() => createPrivateKey(privateKeyPem.reveal()), "private key");
  if (!certificate.checkPrivateKey(key))
    throw new HubError("ksef.credentials", "The private key does not belong to the certificate.");
  if (!strongEnough(key))
    throw new HubError(
      "ksef.credentials",
      "KSeF takes RSA keys from 2048 bits and EC keys on P-256, P-384 or P-521.",
    );
  if (Date.parse(certificate.validTo) <= signingTime)
    throw new HubError("ksef.credentials", `The certificate expired on ${certificate.validTo}.`);
  return { certificate, key };
}

function strongEnough(key: KeyObject): boolean {
  const { modulusLength = 0, namedCurve = "" } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === "rsa") return modulusLength >= 2048;
  return key.asymmetricKeyType === "ec" && ["prime256v1", "secp384r1", "secp521r1"].includes(namedCurve);
}

function parsePem<T>(parse: () => T, what: string): T {
  try {
    return parse();
  } catch {
    // The parser's own message may quote the key: it is left out on purpose.
    throw new HubError("ksef.credentials", `The ${what} is not readable PEM.`);
  }
}

/** RFC 2253 order: the most specific part first. Node lists them the other way round, already escaped. */
const issuerName = (certificate: X509Certificate): string =>
  certificate.issuer.split("\n").toReversed().join(",");

const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("base64");

const escapeXml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\r", "&#xD;");
