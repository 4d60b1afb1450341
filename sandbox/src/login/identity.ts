import type { X509Certificate } from "node:crypto";
import { contextPatterns } from "../context.ts";
import { Refusal } from "../refusal.ts";
import type { SubjectIdentifier } from "../state.ts";

export interface Identity {
  subject: SubjectIdentifier;
  method: "QualifiedSeal" | "QualifiedSignature" | "PeppolSignature";
}

/**
 * Whom a certificate names, by the attributes of its subject or by its fingerprint. Throws 21115 when it lacks an
 * attribute KSeF demands, 21406 when its subject shall say who it is but names nobody. Source: ksef-docs, auth/podpis-xades.md.
 */
export function certificateIdentity(
  certificate: X509Certificate,
  by: "certificateSubject" | "certificateFingerprint",
): Identity {
  const subject: Attributes = { ...certificate.toLegacyObject().subject };
  const method = kind(subject);
  const missing = required[method].filter((name) => subject[name] === undefined);
  if (missing.length > 0)
    throw new Refusal(21115, `Brak wymaganych atrybutów podmiotu: ${missing.join(", ")}.`);
  if (method !== "QualifiedSignature" && (subject["GN"] ?? subject["SN"]) !== undefined)
    throw new Refusal(21115, "Pieczęć nie może zawierać imienia ani nazwiska.");
  if (by === "certificateFingerprint")
    return {
      subject: { type: "Fingerprint", value: certificate.fingerprint256.replaceAll(":", "") },
      method,
    };
  const named = identifier(subject, method);
  if (named === undefined)
    throw new Refusal(21406, "Certyfikat nie zawiera rozpoznawanego identyfikatora podmiotu.");
  return { subject: named, method };
}

type Attributes = Partial<Record<string, string | string[]>>;

/** Short names of OpenSSL: GN is givenName and SN surname. */
const required: Record<Identity["method"], string[]> = {
  QualifiedSignature: ["GN", "SN", "CN", "C"],
  QualifiedSeal: ["O", "organizationIdentifier", "CN", "C"],
  PeppolSignature: ["O", "CN"],
};

/** A Peppol provider is named in the common name of its seal. */
function kind(subject: Attributes): Identity["method"] {
  if (values(subject, "CN").some((name) => contextPatterns.PeppolId.test(name))) return "PeppolSignature";
  return subject["organizationIdentifier"] === undefined ? "QualifiedSignature" : "QualifiedSeal";
}

function identifier(subject: Attributes, method: Identity["method"]): SubjectIdentifier | undefined {
  if (method === "PeppolSignature") return { type: "PeppolId", value: values(subject, "CN").join() };
  if (method === "QualifiedSeal") {
    const nip = match(subject, "organizationIdentifier", /VATPL.*?(\d{10})/);
    return nip === undefined ? undefined : { type: "Nip", value: nip };
  }
  const pesel = match(subject, "serialNumber", /(?:PNOPL|PESEL).*?(\d{11})/);
  if (pesel !== undefined) return { type: "Pesel", value: pesel };
  const nip = match(subject, "serialNumber", /(?:TINPL|NIP).*?(\d{10})/);
  return nip === undefined ? undefined : { type: "Nip", value: nip };
}

function match(subject: Attributes, name: string, pattern: RegExp): string | undefined {
  return values(subject, name)
    .map((text) => pattern.exec(text)?.[1])
    .find((found) => found !== undefined);
}

const values = (subject: Attributes, name: string): string[] => [subject[name] ?? []].flat();
