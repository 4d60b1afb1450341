import { expect, TestRunner } from "vitest";
import type { Sandbox } from "../../src/index.ts";
import { createChecker, type Finding } from "./checker.ts";
import { deviation } from "./deviations.ts";
import { absence, document } from "./document.ts";
import { observe } from "./observe.ts";

/** Holds all traffic of a sandbox to the OpenAPI document: the test that is running fails with what it forbids. */
export function judge(sandbox: Sandbox): void {
  if (checker === undefined || judged.has(sandbox)) return;
  judged.add(sandbox);
  // Found where no test runs: in hooks and by workers between tests.
  const early: Finding[] = [];
  observe(sandbox, checker, ({ found }) => {
    early.push(...found.filter((finding) => deviation(finding) === undefined));
    if (early.length > 0 && TestRunner.getCurrentTest() !== undefined)
      expect.soft(early.splice(0), "The traffic and the OpenAPI document disagree").toEqual([]);
  });
  const close = sandbox.close.bind(sandbox);
  sandbox.close = async () => {
    await close();
    if (early.length > 0) expect(early.splice(0)).toEqual([]);
  };
}

const checker = document && createChecker(document);
if (checker === undefined) console.warn(absence);
const judged = new WeakSet<Sandbox>();
