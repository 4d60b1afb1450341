import { expect, it } from "vitest";
import { errorTable, HubError, toHubError } from "../src/error.ts";

it("keeps its codes: they are part of the API, and what each leads to is pinned", () => {
  const rows = Object.entries(errorTable).map(([code, { action, http }]) => `${code} ${action} ${http}`);
  expect(rows).toMatchSnapshot();
});

it("keeps what it does not know as a defect of ours, with the cause", () => {
  const cause = new TypeError("x is undefined");
  const error = toHubError(cause);
  expect(error.code).toBe("hub.internal");
  expect(error.cause).toBe(cause);
  const known = new HubError("fa3.form", "…");
  expect(toHubError(known)).toBe(known);
});
