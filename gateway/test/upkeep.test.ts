import { createEngine, type Engine, upkeep } from "@ksef-hub/core";
import { certificateHolder, enrolOnce, heldBy } from "@ksef-hub/core/ksef";
import { eventually, sampleInvoice } from "@ksef-hub/core/testing";
import { expect, it } from "vitest";
import { startWorker } from "../src/worker.ts";
import { quick, Rig } from "./rig.ts";

const day = 24 * 3_600_000;

async function loginOf(engine: Engine): Promise<string> {
  const held = await heldBy(await certificateHolder(engine, "acme"));
  const login = held.find(({ what }) => what === "Authentication");
  if (login === undefined || login.what === "token") throw new Error("no login by certificate");
  return login.serialNumber;
}

it("renews the login by itself while invoices are sent, and the next login is with the new certificate", async () => {
  let ksefIsBehindMs = 705 * day;
  await using rig = await Rig.start({ ksefNow: () => Date.now() - ksefIsBehindMs });
  const { engine } = rig;
  await enrolOnce(await certificateHolder(engine, "acme"), { type: "Authentication" });
  const old = await loginOf(engine);
  // The certificate ends in 25 days.
  ksefIsBehindMs = 0;
  await rig.deliver(sampleInvoice({ number: "FV/0" }), "order-0");

  const stopped = new AbortController();
  const keeping = upkeep(engine, { signal: stopped.signal });
  const invoices = Array.from({ length: 10 }, (_, index) => `FV/${index + 1}`);
  const sent = invoices.map((number) => rig.deliver(sampleInvoice({ number }), number));
  await eventually("a renewal", async () => (await loginOf(engine)) !== old);
  for (const { state } of await Promise.all(sent)) expect(state).toBe("reported");
  stopped.abort();
  await keeping;

  // Nobody can log in with the old one any more.
  const { client, connection } = await certificateHolder(engine, "acme");
  await connection.use((access) => client.revoke(old, "Superseded", access));
  const restarted = createEngine({ ports: engine, timing: quick, log: (entry) => engine.log(entry) });
  const worker = startWorker(restarted, { sweepMs: 200 });
  const { state } = await rig.deliver(sampleInvoice({ number: "FV/99" }), "order-99");
  await worker.stop();
  expect(state).toBe("reported");
  expect((await loginOf(restarted)) === old).toBe(false);
  expect(rig.sandbox.ledger.accepted().every(({ posts }) => posts === 1)).toBe(true);
  expect(rig.log.filter(({ code }) => code.startsWith("ksef.") || code.startsWith("certificate."))).toEqual(
    [],
  );
});
