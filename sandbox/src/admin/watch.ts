import type { MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { clientAddress } from "../client-address.ts";
import { tokenOperation } from "../faults/revoked-token.ts";
import { countedEndpoint } from "../limits/endpoint.ts";
import type { LoggedRequest } from "../ledger.ts";
import type { State } from "../state.ts";
import type { Env } from "../token.ts";

/** Tells `seen` of each request except those to the sandbox itself; of one that got no answer with status 0. */
export function watch(state: State, seen: (request: LoggedRequest) => void): MiddlewareHandler<Partial<Env>> {
  return async (c, next) => {
    const { method, path } = c.req;
    if (/^\/admin(\/|$)/.test(path)) return next();
    const at = state.clock.now();
    let status = 0;
    try {
      await next();
      ({ status } = c.res);
    } finally {
      const route = matchedRoutes(c).find((matched) => matched.method !== "ALL");
      // A request that did not reach its route has not been asked for its token.
      const context = (c.var.operation ?? tokenOperation(state, c))?.context.value;
      const pattern = route?.path.replaceAll(/:\w+/g, "*") ?? "";
      seen({
        method,
        path,
        status,
        at,
        ip: clientAddress(c),
        ...(context !== undefined && { context }),
        ...(pattern.startsWith("/v2/") && { group: countedEndpoint(`${method} ${pattern.slice(3)}`).group }),
      });
    }
  };
}
