import { Hono } from "hono";
import * as z from "zod";
import { requireAccess } from "../access.ts";
import { issueKsefToken, ksefTokens, ksefTokenStatus, type KsefToken } from "../ksef-token/ksef-token.ts";
import { tokenView, visibleTokens } from "../ksef-token/visible.ts";
import { page } from "../page.ts";
import { isHeld } from "../permission/effective.ts";
import { Forbidden, parse, Refusal } from "../refusal.ts";
import { body, reference } from "../request.ts";
import type { State } from "../state.ts";
import type { Env } from "../token.ts";

/** `/tokens`: KSeF tokens. Source: ksef-docs, tokeny-ksef.md. */
export function tokenRoutes(state: State): Hono<Env> {
  const app = new Hono<Env>();
  app.use(requireAccess(state));

  app.post("/", async (c) => {
    const { operation, permissions: held } = c.var;
    const { context, subject } = operation;
    if (operation.method === "Token" || subject === undefined)
      throw new Forbidden("auth-method-not-allowed", { authenticationMethodCategory: "Token" });
    const { permissions, description } = parse(tokenRequest, await body(c));
    if (context.type !== "Nip" && context.type !== "InternalId")
      throw new Refusal(26002, `Obecny typ kontekstu: ${context.type}. Dozwolone typy: Nip, InternalId.`);
    const missing = permissions.filter((permission) => !isHeld(held, permission));
    if (missing.length > 0) throw new Refusal(26001, `Brakujące uprawnienia: ${missing.join(", ")}.`);
    const request = { author: subject, context, permissions, description };
    const { token, secret } = issueKsefToken(state, request);
    return c.json({ referenceNumber: token.referenceNumber, token: secret }, 202);
  });

  app.get("/", (c) => {
    const filter = parse(filterSchema, { ...c.req.query(), status: c.req.queries("status") });
    const found = visibleTokens(state, c.var, ["CredentialsManage", "CredentialsRead"])
      .map((token, sequence) => ({ token, sequence }))
      .filter(({ token }) => matches(state, filter, token))
      .toReversed();
    const list = `tokens-${c.var.operation.context.value}`;
    const { items, next } = page(c, list, found, ({ sequence }) => -sequence);
    return c.json({ continuationToken: next, tokens: items.map(({ token }) => tokenView(state, token)) });
  });

  app.get("/:referenceNumber", (c) => {
    const visible = visibleTokens(state, c.var, ["CredentialsManage", "CredentialsRead"]);
    return c.json(tokenView(state, find(visible, reference(c, "referenceNumber"))));
  });

  app.delete("/:referenceNumber", (c) => {
    const visible = visibleTokens(state, c.var, ["CredentialsManage"]);
    const token = find(visible, reference(c, "referenceNumber"));
    const revokedAt = token.revokedAt ?? state.clock.now();
    ksefTokens(state).set(token.referenceNumber, { ...token, revokedAt });
    return c.body(null, 204);
  });
  return app;
}

const tokenRequest = z.object({
  permissions: z
    .array(
      z.enum([
        "InvoiceRead",
        "InvoiceWrite",
        "CredentialsRead",
        "CredentialsManage",
        "SubunitManage",
        "EnforcementOperations",
        "Introspection",
        "CollectiveIdentifierManage",
      ]),
    )
    .min(1)
    .transform((permissions) => [...new Set(permissions)]),
  description: z.string().min(5).max(256),
});

const part = z
  .string()
  .min(3)
  .transform((text) => text.toLowerCase())
  .optional();
const filterSchema = z.object({
  status: z.array(z.enum(["Pending", "Active", "Revoking", "Revoked", "Failed"])).optional(),
  description: part,
  authorIdentifier: part,
  authorIdentifierType: z.enum(["Nip", "Pesel", "Fingerprint"]).optional(),
  pageSize: z.coerce.number().int().min(10).max(100).optional(),
});

function matches(state: State, filter: z.output<typeof filterSchema>, token: KsefToken): boolean {
  const { type, value } = token.author;
  return (
    (filter.status === undefined || filter.status.includes(ksefTokenStatus(state, token))) &&
    token.description.toLowerCase().includes(filter.description ?? "") &&
    value.toLowerCase().includes(filter.authorIdentifier ?? "") &&
    (filter.authorIdentifierType === undefined || filter.authorIdentifierType === type)
  );
}

/** Nobody learns which numbers exist: the unknown and the foreign are answered alike. */
function find(visible: KsefToken[], number: string): KsefToken {
  const token = visible.find(({ referenceNumber }) => referenceNumber === number);
  if (token === undefined) throw new Forbidden("insufficient-resource-access");
  return token;
}
