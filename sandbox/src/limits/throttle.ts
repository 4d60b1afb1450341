import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { clientAddress } from "../client-address.ts";
import { TooManyRequests } from "../refusal.ts";
import type { ContextIdentifier, State } from "../state.ts";
import { requireToken, type Env } from "../token.ts";
import { countedEndpoint, type CountedEndpoint } from "./endpoint.ts";
import { rateLimits } from "./rate-limits.ts";
import { requestCounter } from "./window.ts";

/**
 * Refuses requests above the rate limits with 429. Protected endpoints are counted for each pair of context and
 * address, once their token is known to be good; public ones for each address.
 */
export function throttle(state: State): MiddlewareHandler<Env> {
  // A session of authentication is ended with its refresh token too; which kind a route takes, it says itself.
  const authenticate = requireToken(state, "access", "refresh");

  function take(c: Context, { counter, group }: CountedEndpoint, context?: ContextIdentifier): void {
    const limits = group === "public" ? publicLimits : rateLimits(state, context)[group];
    const key = [counter, clientAddress(c), context?.value].join(" ");
    const count = state.requestCounters.get(key) ?? requestCounter();
    state.requestCounters.set(key, count);
    const now = state.clock.now();
    const block = count(limits, now);
    if (block === undefined) return;
    throw new TooManyRequests(block.limit, block.window.unit, Math.ceil((block.until - now) / 1000));
  }

  return (c, next) => {
    const route = matchedRoutes(c).find(({ method }) => method !== "ALL");
    // Nothing is there: 404 costs nothing.
    if (route === undefined) return next();
    const endpoint = countedEndpoint(
      `${route.method} ${route.path.slice("/v2".length).replaceAll(/:\w+/g, "*")}`,
    );
    if (endpoint.isProtected)
      return authenticate(c, () => {
        take(c, endpoint, c.var.operation.context);
        return next();
      });
    take(c, endpoint);
    return next();
  };
}

const publicLimits = { perSecond: 60 };
