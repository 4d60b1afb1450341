import { expect, it } from "vitest";
import { tellFailure, tellMove, type Teller } from "../../src/metrics/moves.ts";
import { engineMetrics } from "../../src/metrics/metrics.ts";
import { start, submission } from "./rig.ts";

const whose = { tenant: "acme", environment: "demo" };

const event = (at: number, state: "ready" | "sent") => ({ at: start + at, state, message: "…" });

function listening() {
  const heard: object[] = [];
  const teller: Teller = {
    metrics: {
      ...engineMetrics(),
      stage: (told) => heard.push(told),
      failure: (told) => heard.push(told),
    },
    environmentOf: () => Promise.resolve("demo"),
  };
  return { teller, heard };
}

it("tells how long a submission was in the state it leaves, and how long it took from its intake", async () => {
  const { teller, heard } = listening();
  const sent = submission("1", {
    state: "sent",
    updatedAt: start + 5_000,
    timeline: [event(0, "ready"), event(2_000, "sent"), event(5_000, "sent")],
  });
  await tellMove(teller, undefined, submission("1"));
  await tellMove(teller, sent, { ...sent, looks: 1, updatedAt: start + 6_000 });
  await tellMove(teller, sent, { ...sent, state: "accepted", updatedAt: start + 9_000 });
  expect(heard).toEqual([
    { ...whose, from: undefined, to: "ready", ms: 0, wholeMs: 0 },
    { ...whose, from: "sent", to: "accepted", ms: 7_000, wholeMs: 9_000 },
  ]);
});

it("tells failures by their code", async () => {
  const { teller, heard } = listening();
  await tellFailure(teller, submission("1"), "ksef.timeout");
  expect(heard).toEqual([{ ...whose, code: "ksef.timeout" }]);
});
