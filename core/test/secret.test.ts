import { inspect } from "node:util";
import { expect, it } from "vitest";
import { Secret } from "../src/secret.ts";

it("has no text form but the one that is asked for by name", () => {
  const secret = new Secret("hunter2");
  const shown = [
    String(secret),
    secret.toString(),
    JSON.stringify({ secret }),
    inspect({ nested: { secret } }),
    inspect(secret),
  ];
  for (const text of shown) {
    expect(text).not.toContain("hunter2");
    expect(text).toContain("[secret]");
  }
  expect(Object.keys(secret)).toEqual([]);
  expect(secret.reveal()).toBe("hunter2");
});
