import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { rateGroupOf } from "../../../src/ksef/limits/rate-group.ts";
import { productionRateLimits } from "../../../src/ksef/limits/rate-limits.ts";

const file = fileURLToPath(new URL("../../../../../shared/ksef/openapi-2.7.0.json", import.meta.url));
const missing = !existsSync(file);

interface Document {
  paths: Record<string, Record<string, { "x-rate-limits"?: Record<string, number> }>>;
}

describe(`the group of a call and the OpenAPI document${missing ? " (not there: skipped)" : ""}`, () => {
  it.skipIf(missing)("agree on the limits of every endpoint", () => {
    const { paths } = JSON.parse(readFileSync(file, "utf8")) as Document;
    const told: [string, unknown][] = [];
    const ours: [string, unknown][] = [];
    for (const [path, methods] of Object.entries(paths))
      for (const [method, endpoint] of Object.entries(methods)) {
        // The hub neither simulates on the test environment nor makes collective identifiers.
        if (!/^(get|post|put|delete)$/.test(method) || /testdata|collective/.test(path)) continue;
        const route = `${method.toUpperCase()} ${path}`;
        const given = path.replaceAll(/\{[^}]+\}/g, "20260201-SO-2F67776000-97273B191A-65");
        const group = rateGroupOf(method.toUpperCase(), `${given}?pageSize=10`)?.group ?? "other";
        ours.push([route, group === "public" ? { perSecond: 60 } : productionRateLimits[group]]);
        told.push([route, endpoint["x-rate-limits"]]);
      }
    expect(told.length).toBeGreaterThan(50);
    expect(ours).toEqual(told);
  });
});

it("tells endpoints apart that are counted by themselves, and not what is asked of them", () => {
  const revoke = { group: "other", endpoint: "POST /certificates/*/revoke" };
  expect(rateGroupOf("POST", "/certificates/01A2B3C4/revoke")).toEqual(revoke);
  expect(rateGroupOf("POST", "/certificates/05FF/revoke")).toEqual(revoke);
  expect(rateGroupOf("GET", "/rate-limits")).toEqual({ group: "other", endpoint: "GET /rate-limits" });
  expect(rateGroupOf("GET", "/auth/20260201-AU-2F67776000-97273B191A-65")).toEqual({
    group: "public",
    endpoint: "GET /auth/*",
  });
  expect(rateGroupOf("GET", "https://storage.example/upo.xml")).toBeUndefined();
});
