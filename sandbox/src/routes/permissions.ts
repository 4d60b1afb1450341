import { Hono, type Context } from "hono";
import { requireAccess, type Permission } from "../access.ts";
import { attachmentConsent, attachmentConsents } from "../attachment-consent.ts";
import { isoTime } from "../iso.ts";
import { draftGrants, type Judged } from "../permission/drafts.ts";
import { operationStatus, startGranting, startRevoking } from "../permission/operation.ts";
import { grantRequests } from "../permission/requests.ts";
import { findRevocable, judgeRevocation } from "../permission/revocation.ts";
import { parse } from "../refusal.ts";
import { body, reference } from "../request.ts";
import type { ContextIdentifier, State } from "../state.ts";
import type { Env } from "../token.ts";

/** `/permissions`: granting and revoking. Source: ksef-docs, uprawnienia.md. */
export function permissionRoutes(state: State): Hono<Env> {
  const app = new Hono<Env>();

  const granting = (
    path: string,
    permission: Permission,
    judge: (c: Context<Env>, request: unknown) => Judged,
  ): void => {
    app.post(path, requireAccess(state, permission), async (c) => {
      const { drafts, verdict } = judge(c, await body(c));
      const referenceNumber = startGranting(state, c.var.operation, drafts, verdict);
      return c.json({ referenceNumber }, 202);
    });
  };
  granting("/persons/grants", "CredentialsManage", (c, request) =>
    draftGrants.persons(state, context(c), parse(grantRequests.persons, request)),
  );
  granting("/entities/grants", "CredentialsManage", (c, request) =>
    draftGrants.entities(context(c), parse(grantRequests.entities, request)),
  );
  granting("/authorizations/grants", "CredentialsManage", (c, request) =>
    draftGrants.authorizations(context(c), parse(grantRequests.authorizations, request)),
  );
  granting("/indirect/grants", "CredentialsManage", (c, request) =>
    draftGrants.indirect(state, context(c), parse(grantRequests.indirect, request)),
  );
  granting("/subunits/grants", "SubunitManage", (c, request) =>
    draftGrants.subunits(state, context(c), parse(grantRequests.subunits, request)),
  );
  granting("/eu-entities/administration/grants", "CredentialsManage", (c, request) =>
    draftGrants.euAdministration(context(c), parse(grantRequests.euAdministration, request)),
  );
  granting("/eu-entities/grants", "VatUeManage", (c, request) =>
    draftGrants.euEntities(state, context(c), parse(grantRequests.euEntities, request)),
  );

  const revoking = (family: "common" | "authorizations", ...anyOf: Permission[]): void => {
    app.delete(`/${family}/grants/:permissionId`, requireAccess(state, ...anyOf), (c) => {
      const grant = findRevocable(state, context(c), family, reference(c, "permissionId"));
      const verdict = judgeRevocation(grant, c.var.permissions);
      return c.json({ referenceNumber: startRevoking(state, c.var.operation, grant, verdict) }, 202);
    });
  };
  revoking("common", "CredentialsManage", "VatUeManage", "SubunitManage");
  revoking("authorizations", "CredentialsManage");

  app.get("/operations/:referenceNumber", requireAccess(state), (c) =>
    c.json({ status: operationStatus(state, context(c), reference(c, "referenceNumber")) }),
  );

  app.get("/attachments/status", requireAccess(state, "CredentialsManage", "CredentialsRead"), (c) => {
    const { nip } = c.var.operation;
    const revokedAt = attachmentConsents(state).get(nip)?.revokedAt;
    return c.json({
      isAttachmentAllowed: attachmentConsent(state, nip),
      revokedDate: revokedAt === undefined ? null : isoTime(revokedAt),
    });
  });
  return app;
}

const context = (c: Context<Env>): ContextIdentifier => c.var.operation.context;
