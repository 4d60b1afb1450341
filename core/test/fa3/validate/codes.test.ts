import { expect, it } from "vitest";
import { rules } from "../../../src/fa3/validate/index.ts";

it("the codes and severities of the rules are pinned", () => {
  const table = rules.map(({ code, severity, production }) =>
    [code, severity, ...(production === undefined ? [] : [`${production} in production`])].join(" "),
  );
  expect(new Set(rules.map(({ code }) => code)).size).toBe(rules.length);
  expect(table).toMatchSnapshot();
});

it("every rule says in both languages what it is, what to do, and on what it stands", () => {
  for (const { code, title, titlePl, advice, advicePl, source, reads } of rules) {
    expect(code).toMatch(/^FA3-[A-Z]+-\d\d$/);
    for (const text of [title, titlePl, advice, advicePl, source])
      expect([code, text.length > 8]).toEqual([code, true]);
    expect(title).not.toBe(titlePl);
    expect(Array.isArray(reads)).toBe(true);
  }
});
