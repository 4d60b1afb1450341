import { Hono } from "hono";
import * as z from "zod";
import { requireAccess } from "../access.ts";
import { isActive, loginView } from "../login/view.ts";
import { page } from "../page.ts";
import { isSame } from "../permission/identifier.ts";
import { identities } from "../permission/test-entity.ts";
import { Forbidden, parse } from "../refusal.ts";
import { reference } from "../request.ts";
import type { Operation, State } from "../state.ts";
import { requireToken, type Env } from "../token.ts";

/** `/auth/sessions`: the subject's own logins to the context that can still be refreshed. Source: ksef-docs, auth/sesje.md. */
export function authSessionRoutes(state: State): Hono<Env> {
  const app = new Hono<Env>();

  app.get("/", requireAccess(state), (c) => {
    parse(pageSize, c.req.query("pageSize"));
    const current = c.var.operation;
    const found = state.operations
      .values()
      .map((operation, sequence) => ({ operation, sequence }))
      .filter(({ operation }) => isActive(state, operation) && isOwn(state, current, operation))
      .toReversed();
    const list = `auth-sessions-${current.context.value}`;
    const { items, next } = page(c, list, found, ({ sequence }) => -sequence);
    return c.json({
      continuationToken: next,
      items: items.map(({ operation }) => ({
        referenceNumber: operation.referenceNumber,
        isCurrent: operation.referenceNumber === current.referenceNumber,
        ...loginView(state, operation),
      })),
    });
  });

  app.delete("/current", requireToken(state, "access", "refresh"), (c) => {
    revoke(state, c.var.operation);
    return c.body(null, 204);
  });

  app.delete("/:referenceNumber", requireAccess(state), (c) => {
    const operation = state.operations.get(reference(c, "referenceNumber"));
    // Nobody learns which numbers exist: the unknown and the foreign are answered alike.
    if (operation === undefined || !isOwn(state, c.var.operation, operation))
      throw new Forbidden("insufficient-resource-access");
    revoke(state, operation);
    return c.body(null, 204);
  });
  return app;
}

const pageSize = z.coerce.number().int().min(10).max(100).optional();

function isOwn(state: State, current: Operation, { subject, context }: Operation): boolean {
  if (subject === undefined || current.subject === undefined || !isSame(context, current.context))
    return false;
  return identities(state, current.subject).some((name) => isSame(name, subject));
}

function revoke(state: State, operation: Operation): void {
  const revokedAt = operation.revokedAt ?? state.clock.now();
  state.operations.set(operation.referenceNumber, { ...operation, revokedAt });
}
