import { describe, it } from "vitest";
import { Mapping } from "../../src/connect/mapping.ts";
import { vendorError } from "../../src/connect/vendor-error.ts";
import { connectorContract } from "../../testing/index.ts";
import { Toy } from "./toy.ts";

const now = Date.parse("2026-02-19T12:00:00Z");

describe("the toy connector", () => {
  connectorContract(it, async () => {
    const toy = new Toy();
    let count = 0;
    return {
      connector: toy.connector,
      config: { account: "Palarnia sp. z o.o.", token: "top-secret-token" },
      mapping: Mapping.parse({ taxCodes: { A: "23" } }),
      secrets: ["top-secret-token"],
      issue: async () => {
        const id = String(++count);
        toy.issue(id, {});
        return { type: "invoice", id };
      },
      spoil: async ({ id }) => toy.issue(id, { number: "" }),
      addUnknownField: async ({ id }) => toy.issue(id, { unknown: { field: 1 } } as object),
      event: async ({ id }, receivedAt) => ({
        method: "POST",
        url: "https://hub.example/hooks/acme/shop",
        headers: new Headers({ signature: `good ${JSON.stringify([id])}` }),
        body: new TextEncoder().encode(JSON.stringify([id])),
        receivedAt,
      }),
      fail: (status) => {
        toy.failing.clear();
        const answer = {
          status: status === "silent" ? undefined : status,
          message: "no",
          retryAfterMs: 1_000,
        };
        if (status !== undefined) toy.failing.set("fetch", vendorError("Toy, GET /invoice", answer));
      },
      shows: async ({ id }) => JSON.stringify(toy.invoices.get(id)?.notes),
      now: () => now,
      close: async () => undefined,
    };
  });
});
