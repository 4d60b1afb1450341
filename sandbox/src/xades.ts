import { createHash, X509Certificate } from "node:crypto";
import { XmlElement, type XmlDocument } from "libxml2-wasm";
import { Refusal } from "./refusal.ts";
import { openXml } from "./xml.ts";
import { canonicalization, digests, envelopedSignature, verifySignature } from "./xmldsig.ts";

/**
 * Verifies an enveloped XAdES signature over the whole document and gives the certificate that made it. Throws 9102
 * without a signature, 9103 with several, 9105 when it does not hold, 21115 when the certificate is not fit. Whether the
 * certificate is valid today, and whose it is, the caller decides.
 *
 * Against signature wrapping: there is one Signature, a child of the root; one reference is the document itself
 * (`URI=""`); every other points into that Signature; no Id occurs twice.
 */
export function verifyXades(bytes: Uint8Array): X509Certificate {
  using document = openXml(bytes);
  const [signature, ...others] = elements(document.root, "//ds:Signature");
  if (signature === undefined) throw new Refusal(9102);
  if (others.length > 0) throw new Refusal(9103);
  if (signature.parent?.isSameNode(document.root) !== true) refuse("Podpis nie jest otaczany (enveloped).");
  refuseDuplicateIds(document);

  const properties = onlyElement(
    signature,
    "ds:Object/xades:QualifyingProperties/xades:SignedProperties",
    "SignedProperties",
  );
  const target = properties.parent?.attr("Target")?.value;
  const signatureId = signature.attr("Id")?.value;
  if (signatureId === undefined ? target : target !== `#${signatureId}`)
    refuse("QualifyingProperties nie dotyczy tego podpisu.");

  const signedInfo = onlyElement(signature, "ds:SignedInfo", "SignedInfo");
  const references = elements(signedInfo, "ds:Reference");
  const covered = references.map((reference) => verifyReference(reference, signature, bytes));
  if (!covered.includes("document")) refuse("Podpis nie obejmuje dokumentu.");
  if (!covered.some((element) => element !== "document" && element.isSameNode(properties)))
    refuse("Podpis nie obejmuje SignedProperties.");

  const certificate = signingCertificate(signature, properties);
  const method = canonicalization(
    onlyElement(signedInfo, "ds:CanonicalizationMethod", "CanonicalizationMethod"),
  );
  if (method === undefined) refuse("Nieobsługiwana kanonikalizacja.");
  const algorithm = attribute(onlyElement(signedInfo, "ds:SignatureMethod", "SignatureMethod"), "Algorithm");
  const value = base64(onlyElement(signature, "ds:SignatureValue", "SignatureValue"));
  if (!verifySignature(algorithm, signedInfo.canonicalizeToString(method), certificate.publicKey, value))
    refuse("Wartość podpisu jest nieprawidłowa.");
  return certificate;
}

const namespaces = { ds: "http://www.w3.org/2000/09/xmldsig#", xades: "http://uri.etsi.org/01903/v1.3.2#" };

/** Checks one reference and tells what it covers. */
function verifyReference(
  reference: XmlElement,
  signature: XmlElement,
  bytes: Uint8Array,
): "document" | XmlElement {
  const uri = reference.attr("URI")?.value;
  if (uri === undefined || (uri !== "" && !uri.startsWith("#"))) refuse("Podpis odwołuje się poza dokument.");
  const transforms = elements(reference, "ds:Transforms/ds:Transform");
  const isEnveloped =
    transforms[0] !== undefined && attribute(transforms[0], "Algorithm") === envelopedSignature;
  const methods = transforms.slice(isEnveloped ? 1 : 0).map(canonicalization);
  if (methods.length > 1 || methods.includes(undefined)) refuse("Nieobsługiwany transform.");
  // A same-document reference has no comments (XMLDSig 4.4.3.3), whatever the canonicalization would keep.
  const method = { ...methods[0], withComments: false };

  const covered = uri === "" ? "document" : elementById(signature, uri.slice(1));
  if ((covered === "document") !== isEnveloped) refuse("Transform nie pasuje do odwołania.");
  const canonical =
    covered === "document" ? withoutSignature(bytes, method) : covered.canonicalizeToString(method);
  const digest = digests[attribute(onlyElement(reference, "ds:DigestMethod", "DigestMethod"), "Algorithm")];
  if (digest === undefined) refuse("Nieobsługiwana funkcja skrótu.");
  const expected = base64(onlyElement(reference, "ds:DigestValue", "DigestValue"));
  if (!createHash(digest).update(canonical).digest().equals(expected))
    refuse(`Skrót odwołania "${uri}" się nie zgadza.`);
  return covered;
}

/** The document in canonical form as it was before the signature was put in. */
function withoutSignature(
  bytes: Uint8Array,
  method: Parameters<XmlDocument["canonicalizeToString"]>[0],
): string {
  using copy = openXml(bytes);
  onlyElement(copy.root, "//ds:Signature", "podpis").remove();
  return copy.canonicalizeToString(method);
}

function elementById(signature: XmlElement, id: string): XmlElement {
  const found = elements(signature, "descendant::*[@Id]").filter(
    (element) => element.attr("Id")?.value === id,
  );
  if (found.length !== 1) refuse(`Odwołanie "#${id}" nie wskazuje elementu podpisu.`);
  return found[0]!;
}

function refuseDuplicateIds(document: XmlDocument): void {
  const ids = document
    .find("//@*[local-name()='Id' or local-name()='ID' or local-name()='id']")
    .map((node) => node.content);
  if (new Set(ids).size !== ids.length) refuse("Identyfikator elementu występuje dwa razy.");
}

/** The certificate of KeyInfo that SigningCertificate names by its digest. */
function signingCertificate(signature: XmlElement, properties: XmlElement): X509Certificate {
  const signed = "xades:SignedSignatureProperties";
  const signingTime = onlyElement(properties, `${signed}/xades:SigningTime`, "SigningTime").content;
  if (Number.isNaN(Date.parse(signingTime.trim()))) refuse("SigningTime nie jest datą.");
  const names = `${signed}/*[self::xades:SigningCertificate or self::xades:SigningCertificateV2]`;
  const name = elements(properties, `${names}/xades:Cert/xades:CertDigest`)[0];
  const encoded = elements(signature, "ds:KeyInfo/ds:X509Data/ds:X509Certificate")[0];
  if (name === undefined || encoded === undefined) refuse("Brak certyfikatu podpisującego.");
  const raw = base64(encoded);
  const digest = digests[attribute(onlyElement(name, "ds:DigestMethod", "DigestMethod"), "Algorithm")];
  const expected = base64(onlyElement(name, "ds:DigestValue", "DigestValue"));
  if (digest === undefined || !createHash(digest).update(raw).digest().equals(expected))
    throw new Refusal(
      21115,
      "Skrót certyfikatu w SigningCertificate nie zgadza się z certyfikatem w KeyInfo.",
    );
  return fitCertificate(raw);
}

function fitCertificate(raw: Buffer): X509Certificate {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(raw);
  } catch (error) {
    throw new Refusal(21115, error instanceof Error ? error.message : String(error));
  }
  const { modulusLength, namedCurve } = certificate.publicKey.asymmetricKeyDetails ?? {};
  const fit = modulusLength === undefined ? curves.includes(namedCurve ?? "") : modulusLength >= 2048;
  if (!fit) throw new Refusal(21115, "Klucz certyfikatu jest za krótki lub nieobsługiwany.");
  return certificate;
}

const curves = ["prime256v1", "secp384r1", "secp521r1"];

function elements(from: XmlElement, path: string): XmlElement[] {
  return from.find(path, namespaces).filter((node) => node instanceof XmlElement);
}

function onlyElement(from: XmlElement, path: string, name: string): XmlElement {
  const found = elements(from, path);
  if (found.length !== 1) refuse(`Oczekiwano jednego elementu: ${name}.`);
  return found[0]!;
}

const attribute = (element: XmlElement, name: string): string => element.attr(name)?.value ?? "";
const base64 = (element: XmlElement): Buffer => Buffer.from(element.content, "base64");

function refuse(reason: string): never {
  throw new Refusal(9105, reason);
}
