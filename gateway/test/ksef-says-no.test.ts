import { Secret } from "@ksef-hub/core";
import { expect, it } from "vitest";
import { sampleInvoice as invoice } from "@ksef-hub/core/testing";
import { Rig } from "./rig.ts";

it("ends as rejected with KSeF's own words when KSeF rejects the content", async () => {
  // KSeF lives on the day before the invoice: only there is it one of the future.
  await using rig = await Rig.start({ ksefNow: () => Date.parse("2026-02-14T12:00:00Z") });
  const view = await rig.deliver(invoice({ issueDate: "2026-02-15" }), "order-1");
  expect(view.state).toBe("rejected");
  expect(view.problem).toMatchObject({
    code: "ksef.rejected",
    upstream: { code: 450, description: "Błąd weryfikacji semantyki dokumentu faktury" },
  });
  expect(view.problem?.upstream?.details?.join(" ")).toContain("2026-02-15");
  expect(view.problem?.message).toContain(view.problem?.upstream?.details?.[0]);
  expect(view.timeline.at(-1)).toMatchObject({ state: "rejected", code: "ksef.rejected" });
  const replay = await rig.request(`/v1/invoices/${view.id}/replay`, { method: "POST" });
  expect(replay.status).toBe(409);
});

it("holds an invoice that these credentials may not issue, and takes it up again on replay", async () => {
  await using rig = await Rig.start();
  const view = await rig.deliver(invoice({ sellerNip: "1111111111" }), "order-1");
  expect(view).toMatchObject({
    state: "held",
    problem: { code: "ksef.not-permitted", upstream: { code: 410 } },
  });
  const replay = await rig.request(`/v1/invoices/${view.id}/replay`, { method: "POST" });
  expect(replay.status).toBe(202);
  const again = await rig.until(
    view.id,
    ({ state, timeline }) => state === "held" && timeline.length > view.timeline.length + 3,
  );
  expect(again.timeline.filter(({ message }) => message === "Replayed.").length).toBe(1);
  expect(rig.sandbox.ledger.accepted()).toEqual([]);
});

it("takes another session when the one it has open has failed as a whole", async () => {
  await using rig = await Rig.start();
  const open = { method: "POST", path: "/sessions/online" };
  rig.sandbox.faults.add({ on: open, times: 1, fault: "session-430" });

  const view = await rig.deliver(invoice(), "order-1");
  expect(view.state).toBe("reported");
  expect(view.timeline.filter(({ code }) => code === "ksef.cancelled")).toHaveLength(1);
  const next = await rig.deliver(invoice({ number: "FV/2" }), "order-2");
  expect(next.session?.reference).toBe(view.session?.reference);
});

it("adopts the number when KSeF already has the very same document", async () => {
  await using rig = await Rig.start();
  const first = await rig.deliver(invoice(), "order-1");
  const second = await rig.deliver(invoice(), "order-1-from-another-system");
  expect(second).toMatchObject({ state: "reported", ksefNumber: first.ksefNumber, receipt: first.receipt });
  expect(second.id).not.toBe(first.id);
  expect(rig.sandbox.ledger.accepted().length).toBe(1);
});

it("holds an invoice whose number KSeF has for another document, and names it", async () => {
  await using rig = await Rig.start();
  const first = await rig.deliver(invoice(), "order-1");
  const second = await rig.deliver(invoice({ sellerName: "Sprzedawca (zmieniony)" }), "order-2");
  expect(second).toMatchObject({
    state: "held",
    problem: { code: "ksef.number-conflict", upstream: { code: 440 } },
  });
  expect(second.problem?.message).toContain(first.ksefNumber);
  expect(rig.sandbox.ledger.accepted().length).toBe(1);
});

it("holds an invoice while the credentials are refused", async () => {
  await using rig = await Rig.start();
  const other = await rig.sandbox.company("1111111111");
  const tenant = await rig.engine.tenants.get("acme");
  if (tenant === undefined) throw new Error("no tenant");
  const { certificatePem, privateKeyPem } = other;
  await rig.engine.tenants.save(tenant, {
    kind: "certificate",
    certificatePem,
    privateKeyPem: new Secret(privateKeyPem),
  });
  const view = await rig.deliver(invoice(), "order-1");
  expect(view).toMatchObject({
    state: "held",
    problem: { code: "ksef.login-refused", upstream: { code: 415 } },
  });

  const own = await rig.sandbox.company(rig.nip);
  await rig.engine.tenants.save(tenant, {
    kind: "certificate",
    certificatePem: own.certificatePem,
    privateKeyPem: new Secret(own.privateKeyPem),
  });
  await rig.request(`/v1/invoices/${view.id}/replay`, { method: "POST" });
  expect(await rig.until(view.id)).toMatchObject({ state: "reported" });
});
