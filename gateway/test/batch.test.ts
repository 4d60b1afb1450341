import { createDispatcher } from "@ksef-hub/core";
import { sampleInvoice } from "@ksef-hub/core/testing";
import { expect, it } from "vitest";
import { Rig, type View } from "./rig.ts";

const numbers = (count: number) => Array.from({ length: count }, (_, index) => `FV/${index + 1}`);

it("sends many that wait as batches: each once, each with its own receipt, and KSeF never has to say 429", async () => {
  await using rig = await Rig.start({ worker: false });
  const posted = await Promise.all(numbers(300).map((number) => rig.post(sampleInvoice({ number }), number)));
  const ids = await Promise.all(posted.map(async (response) => ((await response.json()) as View).id));
  const dispatcher = createDispatcher(rig.engine);
  for (const id of ids) dispatcher.ring({ tenant: "acme", id });
  const views: View[] = [];
  for (const id of ids) views.push(await rig.until(id));
  expect(new Set(views.map(({ state }) => state))).toEqual(new Set(["reported"]));
  const accepted = rig.sandbox.ledger.accepted();
  expect(accepted.length).toBe(300);
  expect(new Set(accepted.map(({ ksefNumber }) => ksefNumber))).toEqual(
    new Set(views.map(({ ksefNumber }) => ksefNumber)),
  );
  const requests = rig.sandbox.ledger.requests();
  expect(requests.filter(({ status }) => status === 429)).toEqual([]);
  const batches = requests.filter(({ method, path }) => method === "POST" && path === "/v2/sessions/batch");
  expect(batches.length).toBeLessThanOrEqual(2);
  await dispatcher.stop();
  expect(rig.log).toEqual([]);
});
