import type { ContextIdentifier, State } from "../state.ts";
import type { PermissionCode } from "../status.ts";
import { currentGrants, delegations, type Target } from "./grant.ts";
import { isSame } from "./identifier.ts";
import type { Draft } from "./operation.ts";
import type { GrantRequest } from "./requests.ts";
import { roles } from "./test-entity.ts";

/** What a request would grant and the verdict on it. */
export interface Judged {
  drafts: Draft[];
  verdict: PermissionCode;
}

/** Turns the body of each granting endpoint into grants, judged in the context of the login. */
export const draftGrants = {
  persons(state: State, context: ContextIdentifier, request: GrantRequest<"persons">): Judged {
    const { permissions } = request;
    const enforces = roles(state).some(
      ({ nip, role }) =>
        nip === context.value && (role === "CourtBailiff" || role === "EnforcementAuthority"),
    );
    const verdict = permissions.includes("EnforcementOperations") && !enforces ? 430 : 200;
    return { drafts: permissions.map((scope) => draft("direct", scope, context, request)), verdict };
  },

  entities(context: ContextIdentifier, request: GrantRequest<"entities">): Judged {
    const drafts = request.permissions.map(({ type, canDelegate }) => ({
      ...draft("entity", type, context, request),
      canDelegate,
    }));
    return { drafts, verdict: isSame(request.subjectIdentifier, context) ? 440 : 200 };
  },

  authorizations(context: ContextIdentifier, request: GrantRequest<"authorizations">): Judged {
    const { subjectIdentifier, permission } = request;
    const drafts = [draft("authorization", permission, context, request)];
    if (context.type !== "Nip") return { drafts, verdict: 430 };
    const isForPeppol = permission === "PefInvoicing";
    if (isForPeppol !== (subjectIdentifier.type === "PeppolId")) return { drafts, verdict: 450 };
    return { drafts, verdict: isSame(subjectIdentifier, context) ? 440 : 200 };
  },

  indirect(state: State, context: ContextIdentifier, request: GrantRequest<"indirect">): Judged {
    const given = request.targetIdentifier;
    const target: Target = given && given.type !== "AllPartners" ? given : { type: "AllPartners" };
    const drafts = request.permissions.map((scope) => ({
      ...draft("indirect", scope, context, request),
      target,
    }));
    const isServed =
      target.type === "AllPartners" ||
      delegations(state, context).some((delegation) => isSame(delegation.context, target));
    return { drafts, verdict: isServed ? 200 : 410 };
  },

  subunits(state: State, context: ContextIdentifier, request: GrantRequest<"subunits">): Judged {
    const { contextIdentifier: unit, subunitName } = request;
    const made = draft("subunit", "CredentialsManage", unit, request);
    const details = { ...made.details, ...(subunitName && { subunitName }) };
    return { drafts: [{ ...made, details }], verdict: judgeSubunit(state, context, unit) };
  },

  euAdministration(context: ContextIdentifier, request: GrantRequest<"euAdministration">): Judged {
    const { contextIdentifier: eu, euEntityName, euEntityDetails } = request;
    const scopes = ["VatUeManage", "InvoiceWrite", "InvoiceRead", "Introspection"];
    const drafts = scopes.map((scope) => {
      const made = draft("eu-administrator", scope, eu, request);
      return { ...made, details: { ...made.details, euEntityName, euEntityDetails } };
    });
    if (context.type !== "Nip") return { drafts, verdict: 430 };
    return { drafts, verdict: eu.value.startsWith(`${context.value}-`) ? 200 : 410 };
  },

  euEntities(state: State, context: ContextIdentifier, request: GrantRequest<"euEntities">): Judged {
    const administration = currentGrants(state).find(
      (grant) => grant.kind === "eu-administrator" && isSame(grant.context, context),
    );
    const { euEntityName, euEntityDetails } = administration?.details ?? {};
    const drafts = request.permissions.map((scope) => {
      const made = draft("eu-representative", scope, context, request);
      return { ...made, details: { ...made.details, euEntityName, euEntityDetails } };
    });
    return { drafts, verdict: context.type === "NipVatUe" ? 200 : 430 };
  },
};

function draft(
  kind: Draft["kind"],
  scope: string,
  context: ContextIdentifier,
  request: {
    subjectIdentifier: Draft["subject"];
    description: string;
    subjectDetails: Record<string, unknown>;
  },
): Draft {
  const { subjectIdentifier: subject, description, subjectDetails: details } = request;
  return { kind, scope, context, subject, description, details, canDelegate: false };
}

/** A unit is the company's own by its number; another company is its member by their roles. */
function judgeSubunit(
  state: State,
  { value: nip }: ContextIdentifier,
  unit: ContextIdentifier,
): PermissionCode {
  if (unit.type === "InternalId") return unit.value.startsWith(`${nip}-`) ? 200 : 410;
  const all = roles(state);
  if (all.some((role) => role.nip === unit.value && role.parentNip === nip)) return 200;
  const isParent = all.some(
    ({ nip: of, role }) => of === nip && (role === "LocalGovernmentUnit" || role === "VatGroupUnit"),
  );
  return isParent ? 410 : 430;
}
