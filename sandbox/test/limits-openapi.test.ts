import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { createSandbox } from "../src/index.ts";
import { countedEndpoint } from "../src/limits/endpoint.ts";
import { production } from "../src/limits/rate-limits.ts";

const file = fileURLToPath(new URL("../../../shared/ksef/openapi-2.7.0.json", import.meta.url));
const missing = !existsSync(file);

interface Endpoint {
  security?: unknown[];
  "x-rate-limits"?: { perSecond: number; perMinute?: number; perHour?: number };
  responses: { 429?: { description: string } };
}

describe(`rate limits and the OpenAPI document${missing ? " (not there: skipped)" : ""}`, () => {
  it.skipIf(missing)("agree on every endpoint: its numbers, its group, and whether it takes a token", () => {
    for (const [route, endpoint] of published()) {
      const { group, isProtected, counter } = countedEndpoint(route);
      const limits = group === "public" ? { perSecond: 60 } : production[group];
      // Three endpoints of collective identifiers publish none: the guide gives such endpoints those of `other`.
      expect([route, limits]).toEqual([route, endpoint["x-rate-limits"] ?? production.other]);
      const named = /\| (\w+)\s*$/.exec(endpoint.responses[429]?.description ?? "")?.[1];
      expect([route, group]).toEqual([route, named ?? (endpoint["x-rate-limits"] ? "public" : "other")]);
      expect([route, counter]).toEqual([route, group === "public" || group === "other" ? route : group]);
      // A login is not finished where its own tokens are used, so there is no context to count for.
      const hasContext = endpoint.security !== undefined && group !== "public";
      expect([route, isProtected]).toEqual([route, hasContext]);
    }
  });

  it.skipIf(missing)("agree with the sandbox on the paths there are", async () => {
    const { app } = await createSandbox();
    const known = new Set(published().map(([route]) => route));
    const own = app.routes
      .filter(({ method, path }) => method !== "ALL" && path.startsWith("/v2/"))
      .map(({ method, path }) => `${method} ${path.slice(3).replaceAll(/:\w+/g, "*")}`);
    expect(own.length).toBeGreaterThan(50);
    expect(own.filter((route) => !known.has(route))).toEqual([]);
  });
});

/** Methods and paths with `*` for parameters. */
function published(): [route: string, endpoint: Endpoint][] {
  const { paths } = JSON.parse(readFileSync(file, "utf8")) as {
    paths: Record<string, Record<string, Endpoint>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, endpoint]): [string, Endpoint] => [
      `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, "*")}`,
      endpoint,
    ]),
  );
}
