import { sampleInvoice } from "@ksef-hub/core/testing";
import { expect, it } from "vitest";
import { Rig, type View } from "./rig.ts";

// A settling invoice that names no advance: KSeF takes it, a bookkeeper would ask.
it("shows what is odd about an invoice, and refuses it for a company that wants it so", async () => {
  await using rig = await Rig.start({ worker: false });
  const odd = { code: "FA3-ZAL-02", path: "/Faktura/Fa/RodzajFaktury" };
  const taken = await rig.post(sampleInvoice({ kind: "ROZ" }), "order-1");
  expect([taken.status, await taken.json()]).toMatchObject([202, { warnings: [odd] }]);

  const tenant = await rig.engine.tenants.get("acme");
  if (tenant === undefined) throw new Error("no tenant");
  await rig.engine.tenants.save(
    { ...tenant, strict: ["FA3-ZAL-02"] },
    await rig.engine.tenants.credentials("acme"),
  );
  const refused = await rig.post(sampleInvoice({ kind: "ROZ", number: "FV/2" }), "order-2");
  expect([refused.status, await refused.json()]).toMatchObject([
    422,
    { code: "fa3.rule", faults: [{ ...odd, severity: "error", messagePl: expect.any(String) }] },
  ]);
  // What was taken in before is still the same submission.
  expect(
    ((await (await rig.post(sampleInvoice({ kind: "ROZ" }), "order-1")).json()) as View).id,
  ).toBeTruthy();
});
