import { constants, verify, type KeyObject } from "node:crypto";
import { XmlC14NMode, type SubtreeC14NOptions, type XmlElement } from "libxml2-wasm";

/** Algorithms by the identifiers KSeF lists. Source: ksef-docs, auth/podpis-xades.md. SHA-1 and SHA-3 are left out. */
export const digests: Partial<Record<string, string>> = {
  "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
  "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
  "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
};

export const envelopedSignature = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/** How to canonicalize by this algorithm element (`CanonicalizationMethod` or `Transform`); undefined: not a known one. */
export function canonicalization(method: XmlElement): SubtreeC14NOptions | undefined {
  const algorithm = method.attr("Algorithm")?.value ?? "";
  const known = canonicalizations[algorithm];
  if (known === undefined) return undefined;
  const prefixes = method.get("*[local-name()='InclusiveNamespaces']/@PrefixList")?.content;
  return { ...known, ...(prefixes && { inclusiveNamespacePrefixes: prefixes.trim().split(/\s+/) }) };
}

/** Whether `value` signs `data`. False also for an algorithm we do not know or one that does not fit the key. */
export function verifySignature(algorithm: string, data: string, key: KeyObject, value: Buffer): boolean {
  const known = signatures[algorithm];
  if (known === undefined || known.key !== key.asymmetricKeyType) return false;
  return verify(known.digest, Buffer.from(data), { key, ...known.options }, value);
}

const canonicalizations: Partial<Record<string, SubtreeC14NOptions>> = {
  "http://www.w3.org/TR/2001/REC-xml-c14n-20010315": { mode: XmlC14NMode.XML_C14N_1_0 },
  "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments": {
    mode: XmlC14NMode.XML_C14N_1_0,
    withComments: true,
  },
  "http://www.w3.org/2001/10/xml-exc-c14n#": { mode: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0 },
  "http://www.w3.org/2001/10/xml-exc-c14n#WithComments": {
    mode: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0,
    withComments: true,
  },
  "http://www.w3.org/2006/12/xml-c14n11": { mode: XmlC14NMode.XML_C14N_1_1 },
  "http://www.w3.org/2006/12/xml-c14n11#WithComments": { mode: XmlC14NMode.XML_C14N_1_1, withComments: true },
};

interface SignatureAlgorithm {
  key: "rsa" | "ec";
  digest: string;
  options: { padding?: number; saltLength?: number; dsaEncoding?: "ieee-p1363" };
}

const rsa = (digest: string): SignatureAlgorithm => ({ key: "rsa", digest, options: {} });
const pss = (digest: string): SignatureAlgorithm => ({
  key: "rsa",
  digest,
  options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
});
// XML Signature writes R and S one after another, unlike X.509.
const ecdsa = (digest: string): SignatureAlgorithm => ({
  key: "ec",
  digest,
  options: { dsaEncoding: "ieee-p1363" },
});

const signatures: Partial<Record<string, SignatureAlgorithm>> = {
  "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256": rsa("sha256"),
  "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384": rsa("sha384"),
  "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512": rsa("sha512"),
  "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1": pss("sha256"),
  "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1": pss("sha384"),
  "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1": pss("sha512"),
  "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256": ecdsa("sha256"),
  "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384": ecdsa("sha384"),
  "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512": ecdsa("sha512"),
};
