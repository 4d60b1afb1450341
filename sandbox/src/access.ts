import type { MiddlewareHandler } from "hono";
import { isAllowed } from "./allowed-ips.ts";
import { clientAddress } from "./client-address.ts";
import { isHeld } from "./permission/effective.ts";
import { Forbidden } from "./refusal.ts";
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
  | "VatUeManage"
  | "CollectiveIdentifierManage";

/**
 * Lets a request through whose access token carries one of these permissions; without any named, every login. Others
 * get 403, and so does a request from an address the login does not allow.
 */
export function requireAccess(state: State, ...anyOf: Permission[]): MiddlewareHandler<Env> {
  const authenticate = requireToken(state, "access");
  return (c, next) =>
    authenticate(c, () => {
      const { operation, permissions } = c.var;
      const clientIp = clientAddress(c);
      if (operation.allowedIps !== undefined && !isAllowed(operation.allowedIps, clientIp))
        throw new Forbidden("ip-not-allowed", { clientIp });
      if (anyOf.length > 0 && !anyOf.some((permission) => isHeld(permissions, permission)))
        throw new Forbidden("missing-permissions", {
          requiredAnyOfPermissions: anyOf,
          presentPermissions: permissions,
        });
      return next();
    });
}
