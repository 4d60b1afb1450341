import { expect, it } from "vitest";
import type { Evidence } from "../../bench/src/chaos/evidence.ts";
import { runChaos } from "../../bench/src/chaos/run.ts";
import { findingsOf } from "../../bench/src/chaos/verdict.ts";

it("is killed again and again while KSeF fails: each invoice is accepted once, and its receipt archived", async () => {
  const { figures, findings, evidence } = await runChaos({
    kills: 8,
    invoices: 60,
    tenants: 3,
    seed: 7,
    limits: "off",
    backend: process.env["HUB_BACKEND"] === "aws" ? "aws" : "embedded",
    patienceMs: 30_000,
    progress: () => undefined,
  });
  // One tells enough; the run keeps them all in its folder.
  expect(findings.slice(0, 1)).toEqual([]);
  expect(figures).toMatchObject({ crashes: 0, confirmed: 60, accepted: 60 });
  expect(figures["faults"]).toBeGreaterThan(0);

  // The same evidence with one thing wrong: the judgement has to notice each.
  const [first, second] = evidence.accepted as [Evidence["accepted"][0], Evidence["accepted"][0]];
  const id = evidence.posted.find(({ sha256 }) => sha256 === first.sha256)!.ids[0]!;
  const known = evidence.submissions.get(id)!;
  const accepted = (...entries: Evidence["accepted"]): string[] =>
    kinds({ ...evidence, accepted: [...entries, ...evidence.accepted.slice(1)] });
  const submission = (change: Partial<typeof known.view>, receipt = known.receipt): string[] => {
    const changed = { view: { ...known.view, ...change }, receipt };
    return kinds({ ...evidence, submissions: new Map([...evidence.submissions, [id, changed]]) });
  };
  expect(accepted()).toEqual(["lost", "conflicts", "unverified"]);
  expect(accepted(first, { ...first, ksefNumber: "another" })).toEqual(["duplicates"]);
  expect(accepted(first, { ...first, number: "another" })).toEqual(["duplicates", "conflicts"]);
  expect(accepted({ ...first, ksefNumber: second.ksefNumber })).toEqual(["conflicts", "unverified"]);
  expect(accepted({ ...first, sha256: "another" })).toEqual(["lost", "conflicts", "unverified"]);
  expect(submission({ state: "held" })).toEqual(["unfinished"]);
  expect(submission({ id: "another" })).toEqual(["conflicts"]);
  expect(submission({}, "<Potwierdzenie/>")).toEqual(["unverified"]);
  expect(submission({}, known.receipt?.replace(first.sha256, second.sha256))).toEqual(["unverified"]);
  const unposted = { ...evidence, posted: evidence.posted.filter(({ ids }) => ids[0] !== id) };
  expect(kinds(unposted)).toEqual(["conflicts", "conflicts"]);
}, 60_000);

const kinds = (evidence: Evidence): string[] => findingsOf(evidence).map(({ kind }) => kind);
