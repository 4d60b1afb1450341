import { expect, it } from "vitest";
import { modelFields } from "./schema-walk.ts";

it("every field of the model says in English what it is", () => {
  const fields = modelFields();
  expect(fields.length).toBeGreaterThan(250);
  expect(fields.filter(({ described }) => !described).map(({ path }) => path)).toEqual([]);
});
