import { XmlElement } from "libxml2-wasm";
import { nipPattern } from "./company.ts";
import { Refusal } from "./refusal.ts";
import { openXml } from "./xml.ts";

export interface AuthTokenRequest {
  challenge: string;
  context: { type: string; value: string };
  subjectIdentifierType: "certificateSubject" | "certificateFingerprint";
}

/**
 * Reads an AuthTokenRequest of schema 2.0 or 2.1. Throws 21401 when its structure is not that of the schema.
 * Only children of the root are read, so nothing inside the signature can stand in for them.
 */
export function readAuthRequest(bytes: Uint8Array): AuthTokenRequest {
  using document = openXml(bytes);
  const root = document.root;
  if (root.name !== "AuthTokenRequest" || !versions.includes(root.namespaceUri))
    refuse(`Nieoczekiwany element główny ${root.name} z przestrzeni "${root.namespaceUri}".`);
  const [challenge, context, subjectType, ...rest] = children(root).filter(
    ({ name }) => name !== "Signature",
  );
  const policies = rest.filter(({ name }) => name === "AuthorizationPolicy");
  if (rest.length > 1 || policies.length !== rest.length)
    refuse(`Nieoczekiwany element ${rest.at(-1)?.name}.`);
  if (policies[0] !== undefined) checkPolicy(policies[0]);

  const subjectIdentifierType = text(subjectType, "SubjectIdentifierType");
  if (subjectIdentifierType !== "certificateSubject" && subjectIdentifierType !== "certificateFingerprint")
    refuse(`Nieznany SubjectIdentifierType "${subjectIdentifierType}".`);
  const request = {
    challenge: text(challenge, "Challenge"),
    context: readContext(context),
    subjectIdentifierType,
  } as const;
  if (!challengePattern.test(request.challenge)) refuse("Challenge ma nieprawidłowy format.");
  return request;
}

const versions = ["http://ksef.mf.gov.pl/auth/token/2.0", "http://ksef.mf.gov.pl/auth/token/2.1"];
const challengePattern = /^\d{8}-CR-[A-F0-9]{10}-[A-F0-9]{10}-[A-F0-9]{2}$/;
const contextTypes = ["Nip", "InternalId", "NipVatUe", "PeppolId"];

function readContext(element: XmlElement | undefined): AuthTokenRequest["context"] {
  if (element?.name !== "ContextIdentifier") refuse("Brak elementu ContextIdentifier.");
  const [identifier, ...more] = children(element);
  if (identifier === undefined || more.length > 0 || !contextTypes.includes(identifier.name))
    refuse("ContextIdentifier musi zawierać jeden identyfikator.");
  const context = { type: identifier.name, value: identifier.content };
  if (context.type === "Nip" && !nipPattern.test(context.value))
    refuse(`"${context.value}" nie jest numerem NIP.`);
  return context;
}

function checkPolicy(policy: XmlElement): void {
  const [allowed, ...more] = children(policy);
  if (allowed?.name !== "AllowedIps" || more.length > 0)
    refuse("AuthorizationPolicy musi zawierać AllowedIps.");
  const unknown = children(allowed).find(({ name }) => !["Ip4Address", "Ip4Range", "Ip4Mask"].includes(name));
  if (unknown !== undefined) refuse(`Nieoczekiwany element ${unknown.name}.`);
}

/** Child elements; those of a foreign namespace are refused, except the signature. */
function children(parent: XmlElement): XmlElement[] {
  const found = parent.find("*").filter((node) => node instanceof XmlElement);
  const signature = "http://www.w3.org/2000/09/xmldsig#";
  const foreign = found.find(({ name, namespaceUri }) =>
    name === "Signature" ? namespaceUri !== signature : !versions.includes(namespaceUri),
  );
  if (foreign !== undefined) refuse(`Nieoczekiwany element ${foreign.name}.`);
  return found;
}

function text(element: XmlElement | undefined, name: string): string {
  if (element?.name !== name) refuse(`Brak elementu ${name}.`);
  return element.content.trim();
}

function refuse(reason: string): never {
  throw new Refusal(21401, reason);
}
