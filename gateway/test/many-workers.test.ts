import { createDispatcher, type Engine } from "@ksef-hub/core";
import { sampleInvoice } from "@ksef-hub/core/testing";
import { expect, it } from "vitest";
import { Rig, type View } from "./rig.ts";

/** Ten processes that each think they are alone, as far as the ledger lets them. */
const crowd = (engine: Engine) => Array.from({ length: 10 }, () => createDispatcher(engine));

it("posts an invoice once, however many workers hear however many bells at the same time", async () => {
  await using rig = await Rig.start({ worker: false });
  const { id } = (await (await rig.post(sampleInvoice(), "order-1")).json()) as View;
  const dispatchers = crowd(rig.engine);
  for (let round = 0; (await rig.view(id)).state !== "reported"; round++) {
    expect(round).toBeLessThan(200);
    for (const dispatcher of dispatchers) dispatcher.ring({ tenant: "acme", id });
    await Promise.all(dispatchers.map((dispatcher) => dispatcher.idle()));
    await rig.engine.clock.sleep(5);
  }
  await Promise.all(dispatchers.map((dispatcher) => dispatcher.stop()));
  expect(rig.sandbox.ledger.accepted()).toEqual([expect.objectContaining({ posts: 1 })]);
  const sessions = rig.sandbox.ledger
    .requests()
    .filter(({ method, path }) => method === "POST" && path === "/v2/sessions/online");
  expect(sessions.length).toBe(1);
});

it("leaves a submission alone while another worker holds it, and takes it over once the lease has run out", async () => {
  await using rig = await Rig.start({ worker: false });
  const { id } = (await (await rig.post(sampleInvoice(), "order-1")).json()) as View;
  const { engine } = rig;
  const stored = await engine.submissions.get({ tenant: "acme", id });
  if (stored === undefined) throw new Error("no submission");
  // A worker that died after it had taken it up and before it could post.
  const wakeAt = engine.clock.now() + 300;
  await engine.submissions.replace(stored, { ...stored.value, state: "sending", wakeAt });
  const dispatcher = createDispatcher(engine);
  dispatcher.ring({ tenant: "acme", id });
  await engine.clock.sleep(100);
  expect(await rig.view(id)).toMatchObject({ state: "sending" });
  expect(rig.sandbox.ledger.requests()).toEqual([]);
  await rig.until(id);
  await dispatcher.stop();
  expect(await rig.view(id)).toMatchObject({ state: "reported" });
});
