import { Hono } from "hono";
import { requireAccess, type Permission } from "../access.ts";
import { isoTime } from "../iso.ts";
import { offsetPage } from "../offset-page.ts";
import { queries } from "../permission/queries.ts";
import { selectGrants } from "../permission/select.ts";
import { roles, type Role } from "../permission/test-entity.ts";
import { grantViews } from "../permission/views.ts";
import { parse } from "../refusal.ts";
import { body } from "../request.ts";
import type { State } from "../state.ts";
import type { Env } from "../token.ts";

/** `/permissions/query`: who may do what, and the roles of companies. Source: ksef-docs, uprawnienia.md. */
export function permissionQueryRoutes(state: State): Hono<Env> {
  const app = new Hono<Env>();

  app.post("/personal/grants", requireAccess(state), async (c) => {
    const found = selectGrants.personal(state, c.var, parse(queries.personal, await body(c)));
    const { items, hasMore } = offsetPage(c, found);
    return c.json({ permissions: items.map((grant) => grantViews.personal(state, c.var, grant)), hasMore });
  });

  app.post("/persons/grants", readers(state, "SubunitManage"), async (c) => {
    const found = selectGrants.persons(state, c.var, parse(queries.persons, await body(c)));
    const { items, hasMore } = offsetPage(c, found);
    return c.json({ permissions: items.map((grant) => grantViews.persons(state, c.var, grant)), hasMore });
  });

  app.post("/subunits/grants", readers(state, "SubunitManage"), async (c) => {
    const found = selectGrants.subunits(state, c.var, parse(queries.subunits, await body(c)));
    const { items, hasMore } = offsetPage(c, found);
    return c.json({ permissions: items.map((grant) => grantViews.subunits(state, c.var, grant)), hasMore });
  });

  app.post("/entities/grants", readers(state), async (c) => {
    const found = selectGrants.entities(state, c.var, parse(queries.entities, await body(c)));
    const { items, hasMore } = offsetPage(c, found);
    return c.json({ permissions: items.map((grant) => grantViews.entities(state, c.var, grant)), hasMore });
  });

  app.post("/authorizations/grants", readers(state, "PefInvoiceWrite"), async (c) => {
    const found = selectGrants.authorizations(state, c.var, parse(queries.authorizations, await body(c)));
    const { items, hasMore } = offsetPage(c, found);
    const authorizationGrants = items.map((grant) => grantViews.authorizations(state, c.var, grant));
    return c.json({ authorizationGrants, hasMore });
  });

  app.post("/eu-entities/grants", readers(state, "VatUeManage"), async (c) => {
    const found = selectGrants.euEntities(state, c.var, parse(queries.euEntities, await body(c)));
    const { items, hasMore } = offsetPage(c, found);
    return c.json({ permissions: items.map((grant) => grantViews.euEntities(state, c.var, grant)), hasMore });
  });

  app.get("/entities/roles", readers(state), (c) => {
    const found = ordered(roles(state).filter(({ nip }) => nip === c.var.operation.context.value));
    const { items, hasMore } = offsetPage(c, found);
    return c.json({ roles: items.map(roleView), hasMore });
  });

  app.post("/subordinate-entities/roles", readers(state, "SubunitManage"), async (c) => {
    const { subordinateEntityIdentifier: wanted } = parse(queries.subordinates, await body(c));
    const parent = c.var.operation.context.value;
    const found = roles(state).filter(
      ({ nip, parentNip }) => parentNip === parent && (!wanted || nip === wanted.value),
    );
    const { items, hasMore } = offsetPage(c, ordered(found));
    return c.json({ roles: items.map(subordinateView), hasMore });
  });
  return app;
}

function readers(state: State, ...also: Permission[]) {
  return requireAccess(state, "CredentialsManage", "CredentialsRead", ...also);
}

function ordered(found: Role[]): Role[] {
  return found.toSorted((one, other) => other.startsAt - one.startsAt);
}

function roleView({ role, description, startsAt, parentNip }: Role): Record<string, unknown> {
  return {
    ...(parentNip !== undefined && { parentEntityIdentifier: { type: "Nip", value: parentNip } }),
    role,
    description,
    startDate: isoTime(startsAt),
  };
}

function subordinateView({ nip, role, description, startsAt }: Role): Record<string, unknown> {
  const subordinateEntityIdentifier = { type: "Nip", value: nip };
  return { subordinateEntityIdentifier, role, description, startDate: isoTime(startsAt) };
}
