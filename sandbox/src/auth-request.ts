import { XmlElement } from "libxml2-wasm";
import { ipPatterns, restriction } from "./allowed-ips.ts";
import { contextPatterns } from "./context.ts";
import { Refusal } from "./refusal.ts";
import type { AllowedIps, ContextIdentifier } from "./state.ts";
import { openXml } from "./xml.ts";

export interface AuthTokenRequest {
  challenge: string;
  context: ContextIdentifier;
  subjectIdentifierType: "certificateSubject" | "certificateFingerprint";
  allowedIps: AllowedIps | undefined;
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

  const subjectIdentifierType = text(subjectType, "SubjectIdentifierType");
  if (subjectIdentifierType !== "certificateSubject" && subjectIdentifierType !== "certificateFingerprint")
    refuse(`Nieznany SubjectIdentifierType "${subjectIdentifierType}".`);
  const request = {
    challenge: text(challenge, "Challenge"),
    context: readContext(context),
    subjectIdentifierType,
    allowedIps: policies[0] && readPolicy(policies[0]),
  } as const;
  if (!challengePattern.test(request.challenge)) refuse("Challenge ma nieprawidłowy format.");
  return request;
}

const versions = ["http://ksef.mf.gov.pl/auth/token/2.0", "http://ksef.mf.gov.pl/auth/token/2.1"];
const challengePattern = /^\d{8}-CR-[A-F0-9]{10}-[A-F0-9]{10}-[A-F0-9]{2}$/;
const contextTypes = ["Nip", "InternalId", "NipVatUe", "PeppolId"] as const;

function readContext(element: XmlElement | undefined): ContextIdentifier {
  if (element?.name !== "ContextIdentifier") refuse("Brak elementu ContextIdentifier.");
  const [identifier, ...more] = children(element);
  const type = contextTypes.find((name) => name === identifier?.name);
  if (identifier === undefined || type === undefined || more.length > 0)
    refuse("ContextIdentifier musi zawierać jeden identyfikator.");
  const value = identifier.content;
  if (!contextPatterns[type].test(value)) refuse(`"${value}" nie jest identyfikatorem ${type}.`);
  return { type, value };
}

function readPolicy(policy: XmlElement): AllowedIps | undefined {
  const [list, ...more] = children(policy);
  if (list?.name !== "AllowedIps" || more.length > 0) refuse("AuthorizationPolicy musi zawierać AllowedIps.");
  const entries = children(list);
  const read = (name: string, pattern: RegExp): string[] => {
    const found = entries.filter((entry) => entry.name === name).map(({ content }) => content.trim());
    const wrong = found.find((value) => !pattern.test(value));
    if (wrong !== undefined) refuse(`"${wrong}" nie jest ${name}.`);
    if (found.length > 10) refuse(`Element ${name} występuje więcej niż 10 razy.`);
    return found;
  };
  const names = entries.map(({ name }) => name);
  const unknown = names.find((name) => !policyOrder.includes(name));
  if (unknown !== undefined) refuse(`Nieoczekiwany element ${unknown}.`);
  const sorted = names.toSorted((one, other) => policyOrder.indexOf(one) - policyOrder.indexOf(other));
  if (names.join() !== sorted.join()) refuse("Elementy AllowedIps są w niewłaściwej kolejności.");
  return restriction({
    addresses: read("Ip4Address", ipPatterns.address),
    ranges: read("Ip4Range", ipPatterns.range),
    masks: read("Ip4Mask", ipPatterns.mask),
  });
}

const policyOrder = ["Ip4Address", "Ip4Range", "Ip4Mask"];

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
