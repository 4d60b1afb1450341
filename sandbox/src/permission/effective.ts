import { X509Certificate } from "node:crypto";
import type { Permission } from "../access.ts";
import type { ContextIdentifier, State, SubjectIdentifier } from "../state.ts";
import { currentGrants, reaches, type Grant } from "./grant.ts";
import { isSame } from "./identifier.ts";
import { identities, roles } from "./test-entity.ts";

/** `Owner` stands for `ownerPermissions`. */
export type Held = Permission | "Owner";

/** What an owner may do without any grant. Source: ksef-docs, uprawnienia.md. */
export const ownerPermissions: Permission[] = [
  "InvoiceRead",
  "InvoiceWrite",
  "Introspection",
  "CredentialsRead",
  "CredentialsManage",
  "SubunitManage",
  "CollectiveIdentifierManage",
];

/** What this subject may do in this context now: as its owner, and by every grant that holds. */
export function effectivePermissions(
  state: State,
  subject: SubjectIdentifier,
  context: ContextIdentifier,
): Held[] {
  const names = identities(state, subject);
  const held = currentGrants(state)
    .filter((grant) => names.some((name) => isSame(name, grant.subject)) && holdsIn(state, grant, context))
    .map(({ scope }) => scope as Permission);
  return [...new Set([...byIdentity(state, names, context), ...held])];
}

/** Whether `permission` is among what is held. */
export function isHeld(held: Held[], permission: Permission): boolean {
  return held.includes(permission) || (held.includes("Owner") && ownerPermissions.includes(permission));
}

function byIdentity(state: State, names: SubjectIdentifier[], context: ContextIdentifier): Held[] {
  if (context.type === "PeppolId")
    return names.some((name) => isSame(name, context)) ? ["PefInvoiceWrite"] : [];
  const isOwner =
    context.type === "Nip" &&
    names.some((name) => isSame(name, context) || isOwnCertificate(state, name, context.value));
  if (!isOwner) return [];
  const enforces = roles(state).some(
    ({ nip, role }) => nip === context.value && (role === "CourtBailiff" || role === "EnforcementAuthority"),
  );
  return enforces ? ["Owner", "EnforcementOperations"] : ["Owner"];
}

/** The certificates a company of the sandbox comes with are its owner's by their fingerprints too. */
function isOwnCertificate(state: State, name: SubjectIdentifier, nip: string): boolean {
  const company = state.companies.get(nip);
  if (name.type !== "Fingerprint" || company === undefined) return false;
  return [company.certificatePem, company.ecCertificatePem].some(
    (pem) => new X509Certificate(pem).fingerprint256.replaceAll(":", "") === name.value,
  );
}

function holdsIn(state: State, grant: Grant, context: ContextIdentifier): boolean {
  if (grant.kind === "authorization") return false;
  return grant.kind === "indirect" ? reaches(state, grant, context) : isSame(grant.context, context);
}
